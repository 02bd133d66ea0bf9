/** Names of the steps, in order. */
export type FolioStepName = "first" | "again" | "updated" | "stale" | "columns" | "columns-again";

/** One reading of the published folio, by a new process. */
export interface FolioStep {
  readonly step: FolioStepName;
  /** For a reader: what is asked for, and when. */
  readonly title: string;
  readonly item: "ranking" | "flights";
  /** Of a table: only these. */
  readonly columns?: readonly string[];
  /** How old a copy may be before it is checked, in seconds. */
  readonly ttlSeconds: number;
  /** Whether somebody else changes the item before. */
  readonly updatedBefore: boolean;
  /** Whether the server is stopped before, and started again afterwards. */
  readonly serverStopped: boolean;
}

const hour = 3600;
const columns = ["delay", "distance", "origin"];

/** The readings, in order. */
export const folioSteps: readonly FolioStep[] = [
  step("first", "the ranking", { item: "ranking" }),
  step("again", "the same", { item: "ranking" }),
  step("updated", "the same, checked, after somebody changed it", {
    item: "ranking",
    ttlSeconds: 0,
    updatedBefore: true,
  }),
  step("stale", "the same, to be checked, while the server is down", {
    item: "ranking",
    ttlSeconds: 0,
    serverStopped: true,
  }),
  step("columns", "three columns of the flights", { item: "flights", columns }),
  step("columns-again", "the same", { item: "flights", columns }),
];

/** The step of a name. */
export function folioStepNamed(name: FolioStepName): FolioStep {
  return folioSteps.find(({ step }) => step === name)!;
}

function step(
  name: FolioStepName,
  title: string,
  rest: Pick<FolioStep, "item"> & Partial<Omit<FolioStep, "step" | "title">>,
): FolioStep {
  return { step: name, title, ttlSeconds: hour, updatedBefore: false, serverStopped: false, ...rest };
}
