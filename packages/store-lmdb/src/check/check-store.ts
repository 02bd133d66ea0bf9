import type { OpenStore } from "../open-store.js";
import { checkCounts } from "./check-counts.js";
import { checkEntries } from "./check-entries.js";
import { checkFiles } from "./check-files.js";
import { checkHints } from "./check-hints.js";
import { checkJournal, renewJournal } from "./check-journal.js";
import type { CheckNote, CheckProblem, Finding } from "./check-problem.js";
import { checkVolume } from "./check-volume.js";
import { restoreDamaged } from "./restore-damaged.js";
import { checkRest } from "./walk-directory.js";

/** What to do beside looking. */
export interface CheckOptions {
  /** Repair what can be repaired, keeping every sound entry and file. Default: change nothing. */
  readonly fix?: boolean;
}

/** What `check` found. */
export interface CheckReport {
  /** Everything that did not fit together; empty when all is well. */
  readonly problems: readonly CheckProblem[];
  /** Those of them that are no more, because `fix` was asked for. */
  readonly repaired: readonly CheckProblem[];
  /** What a person may want to know of, and is left alone: files that were put away, or are not Larder's. */
  readonly notes: readonly CheckNote[];
  /** Sound entries. */
  readonly entries: number;
  /** Sound signatures. */
  readonly signatures: number;
  /** Sound files of blobs and tables. */
  readonly files: number;
  readonly fileBytes: number;
}

/** Looks taken with `fix`: what one repair brings to light the next look finds. */
const mostLooks = 5;

/** Repairs in flight at a time. They share transactions with others who write, and do not hold the lock for long. */
const repairsAtOnce = 100;

/**
 * Reads everything and names all that does not fit together; repairs it on request. The index is read as it was at one
 * moment; what concerns files is looked at twice. Works while others write.
 */
export async function checkStore(store: OpenStore, { fix = false }: CheckOptions = {}): Promise<CheckReport> {
  const first = await look(store);
  const problems = new Map(first.findings.map(({ problem }) => [nameOf(problem), problem]));
  const open = new Map(problems);
  let last = first;
  for (let looks = 1; fix && last.findings.length > 0 && looks < mostLooks; looks++) {
    await restoreDamaged(store, last.damagedPlaces);
    await repairAll(store, last.findings);
    if (last.findings.some(({ problem }) => problem.kind === "wrong-journal")) await renewJournal(store);
    last = await look(store);
    open.clear();
    for (const { problem } of last.findings) {
      problems.set(nameOf(problem), problems.get(nameOf(problem)) ?? problem);
      open.set(nameOf(problem), problem);
    }
  }
  const { notes, entries, signatures, files, fileBytes } = last;
  const all = [...problems.values()];
  const repaired = fix ? all.filter((problem) => !open.has(nameOf(problem))) : [];
  return { problems: all, repaired, notes, entries, signatures, files, fileBytes };
}

function nameOf({ kind, what }: CheckProblem): string {
  return `${kind} ${what}`;
}

interface Look {
  readonly findings: readonly Finding[];
  readonly damagedPlaces: readonly Uint8Array[];
  readonly notes: readonly CheckNote[];
  readonly entries: number;
  readonly signatures: number;
  readonly files: number;
  readonly fileBytes: number;
}

async function look(store: OpenStore): Promise<Look> {
  const findings: Finding[] = [];
  const notes: CheckNote[] = [];
  const snapshot = store.environment.snapshot();
  const survey = async () => {
    // First, because repairs of the others change the account.
    await checkVolume(store, snapshot, findings);
    const { entries, pointedAt, damagedPlaces } = await checkEntries(store, snapshot, findings);
    const rows = await checkCounts(store, snapshot, pointedAt, findings);
    const signatures = await checkHints(store, snapshot, findings);
    return { entries, pointedAt, damagedPlaces, rows, signatures };
  };
  const { pointedAt, rows, entries, signatures, damagedPlaces } = await survey().finally(() => snapshot.release());
  const { files, fileBytes } = await checkFiles(store, { pointedAt, rows }, { findings, notes });
  await checkJournal(store, findings);
  checkRest(store.root, { findings, notes });
  return { findings, damagedPlaces, notes, entries, signatures, files, fileBytes };
}

/** What fails stays, and the next look finds it. */
async function repairAll(store: OpenStore, findings: readonly Finding[]): Promise<void> {
  for (let at = 0; at < findings.length; at += repairsAtOnce) {
    const step = findings.slice(at, at + repairsAtOnce);
    await Promise.allSettled(step.map((finding) => store.batches.run(() => finding.repair())));
  }
}
