import { existsSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readIndexId, writeIndexId } from "../index-identity.js";
import type { IndexCounts } from "../presence.js";
import type { StoreContext } from "../store-context.js";
import type { StoreWarning, WarningListener } from "../warning.js";
import { journalPath } from "./journal.js";
import { describeJournal, readJournalLength } from "./journal-length.js";
import { type RebuildReport, rebuildIndex } from "./rebuild-index.js";
import { compactJournal, remakeJournal } from "./rewrite-journal.js";

/** Stands for as long as an index that was lost is not rebuilt in full. Holds what it held, as far as that is known. */
function markPath(root: string): string {
  return join(root, "journal", "rebuilding");
}

/** A journal with a beginning alone is not longer. */
const emptyJournalBytes = 64;

/** Whether the directory held something that a new index would not know of. */
export function isWorthRebuilding(root: string, last: IndexCounts | undefined): boolean {
  const sizeBytes = statSync(journalPath(root), { throwIfNoEntry: false })?.size ?? 0;
  return sizeBytes > emptyJournalBytes || (last?.values ?? 0) > 0;
}

/** What is known of a lost index. */
export interface LostIndex {
  /** Entries whose bytes it held itself. */
  readonly values?: number;
  /** Whether that is exact. */
  readonly exact?: boolean;
}

/** Says that the index is lost; whoever opens the next one rebuilds it first. */
export function noteLoss(root: string, lost: LostIndex): void {
  // What the first loss told stands: an index that is not rebuilt yet holds less.
  if (!isNoted(root)) writeFileSync(markPath(root), JSON.stringify(lost), { mode: 0o600, flag: "wx" });
}

/** Whether the index is to be rebuilt. */
export function isNoted(root: string): boolean {
  return existsSync(markPath(root));
}

/**
 * Fills a new index from the journal when the one before was lost, and makes sure that the journal is that of this index.
 * Under the opening lock, so that nobody writes meanwhile.
 *
 * @param goOn - called all the while
 * @returns the id of the index
 */
export async function adoptJournal(
  context: StoreContext,
  { goOn, onWarning }: { readonly goOn: () => void; readonly onWarning: WarningListener },
): Promise<Buffer> {
  const { environment, root, xxhash } = context;
  environment.refresh();
  const known = readIndexId(environment, xxhash);
  const id = known ?? (await context.transact(() => writeIndexId(environment, xxhash)));
  if (isNoted(root)) {
    const lost = readLoss(root);
    const report = await rebuildIndex(context, progress(root, goOn, onWarning));
    if (existsSync(journalPath(root))) await compactJournal(context, id);
    else await remakeJournal(context, id);
    rmSync(markPath(root), { force: true });
    onWarning(rebuilt(root, report, lost));
  } else if (!(await belongsTo(context, id))) {
    await remakeJournal(context, id);
    if (known !== undefined) {
      onWarning({
        code: "journal-remade",
        message: `The journal ${journalPath(root)} was damaged, missing, or that of another index. It was made anew from the index; nothing is lost.`,
      });
    }
  }
  return id;
}

/** Whether the journal is that of this index, and has all that was committed. Cuts off what was not. */
async function belongsTo({ environment, root, xxhash, transact }: StoreContext, id: Buffer): Promise<boolean> {
  const path = journalPath(root);
  const found = describeJournal(path, xxhash);
  if (found === undefined || !id.equals(found.indexId)) return false;
  return transact(() => {
    const committed = readJournalLength(environment, xxhash);
    if (committed === undefined) return false;
    const isSame = Buffer.compare(committed.journalId, found.journalId) === 0;
    if (isSame && found.bytes > committed.bytes) truncateSync(path, committed.bytes);
    return isSame && found.bytes >= committed.bytes;
  });
}

function readLoss(root: string): LostIndex {
  try {
    const { values, exact } = JSON.parse(readFileSync(markPath(root), "utf8")) as LostIndex;
    return { ...(typeof values === "number" ? { values } : {}), exact: exact === true };
  } catch {
    return {}; // cut off while it was written
  }
}

const progressMs = 5_000;

function progress(root: string, goOn: () => void, onWarning: WarningListener): (done: number, known: number) => void {
  let last = performance.now();
  return (done, known) => {
    goOn();
    if (performance.now() - last < progressMs) return;
    last = performance.now();
    onWarning({
      code: "index-rebuilding",
      message: `The index of ${root} is being rebuilt: ${done} of ${known} entries so far.`,
      facts: { done, known },
    });
  };
}

function rebuilt(root: string, report: RebuildReport, { values, exact }: LostIndex): StoreWarning {
  const { restored, damagedFiles, missingFiles } = report;
  const lost = values === undefined ? "an unknown number of" : exact === true ? values : `about ${values}`;
  return {
    code: "index-rebuilt",
    message: `The index of ${root} was lost and rebuilt from its journal: ${restored} entries came back with their files, ${damagedFiles} files were damaged and moved to quarantine/, ${missingFiles} were missing, and ${lost} values that were kept in the index itself are lost. They are stored again as they are needed.`,
    facts: { ...report, valuesLost: values, exact: exact === true },
  };
}
