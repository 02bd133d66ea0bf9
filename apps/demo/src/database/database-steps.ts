/** Names of the steps, in order. */
export type StepName = "fetch" | "again" | "column" | "ids" | "interrupted" | "rest";

/** One request for rows of the database. */
export interface DatabaseStep {
  readonly step: StepName;
  /** For a reader: what is asked for. */
  readonly title: string;
  /** Which of the chosen ids. */
  readonly ids: "first" | "first-and-added" | "others";
  readonly columns: readonly string[];
  /** Whether it is to be interrupted when half of its batches are stored. */
  readonly interrupt: boolean;
  /** Whether every row is compared with the database, or a sample. */
  readonly compareAll: boolean;
}

/** The view that is asked: flights, each with the airport it left from as JSON. */
export const flightView = "flight";

const columns = ["delay", "distance", "origin", "airport.location.city"];
const oneMore = [...columns, "destination"];

/** The requests, in order; each is made by a new process. */
export const databaseSteps: readonly DatabaseStep[] = [
  { step: "fetch", title: "flights, four columns", ids: "first", columns, interrupt: false, compareAll: false },
  { step: "again", title: "the same", ids: "first", columns, interrupt: false, compareAll: false },
  { step: "column", title: "one more column", ids: "first", columns: oneMore, interrupt: false, compareAll: false },
  { step: "ids", title: "more ids", ids: "first-and-added", columns: oneMore, interrupt: false, compareAll: false },
  {
    step: "interrupted",
    title: "other ids, Ctrl-C half-way",
    ids: "others",
    columns,
    interrupt: true,
    compareAll: true,
  },
  { step: "rest", title: "the same as before Ctrl-C", ids: "others", columns, interrupt: false, compareAll: true },
];

/** The step of a name. */
export function stepNamed(name: StepName): DatabaseStep {
  return databaseSteps.find(({ step }) => step === name)!;
}
