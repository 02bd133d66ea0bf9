import type { CheckReport } from "@larder/disk-cache";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import { findCaches } from "../caches/find-caches.js";
import { withCache } from "../caches/open-cache.js";
import { shownPath, shownType } from "../caches/shown-cache.js";
import { tellNoCaches } from "../caches/tell-no-caches.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

/** Reads everything in caches, and names what does not fit together; `--fix` repairs it. */
export async function run(context: CommandContext): Promise<number> {
  return checkEach(context, async () => checkCache);
}

/** Checks one cache, tells what was found, and how much of it was not repaired. */
type CheckOne = (
  found: CacheOnDisk,
  context: CommandContext,
) => Promise<{ readonly document: object; readonly unrepaired: number }>;

/** Checks each of the caches that are meant, in the way that fits it. @returns the exit code */
export async function checkEach(
  context: CommandContext,
  checkOf: (found: CacheOnDisk) => Promise<CheckOne>,
): Promise<number> {
  const { output } = context;
  const caches = await findCaches(context);
  if (caches.length === 0 && !output.json) return tellNoCaches(context);
  const documents: object[] = [];
  let left = 0;
  for (const found of caches) {
    context.signal.throwIfAborted();
    const checkOne = await checkOf(found);
    const { document, unrepaired } = await checkOne(found, context);
    documents.push(document);
    left += unrepaired;
  }
  output.document({ caches: documents, unrepaired: left });
  return left > 0 ? exitCodes.problems : exitCodes.done;
}

/** Checks one cache, and tells what was found. */
export async function checkCache(
  found: CacheOnDisk,
  { output, given, surroundings }: CommandContext,
): Promise<{ readonly document: object; readonly unrepaired: number }> {
  const fix = given.has("fix");
  const progress = output.progress(`Checking ${shownPath(found.directory, surroundings)}`);
  const ticking = setInterval(() => progress.update({}), 200);
  let report: CheckReport;
  try {
    report = await withCache(found, ({ check }) => check(fix));
  } finally {
    clearInterval(ticking);
    progress.end();
  }
  const unrepaired = report.problems.length - report.repaired.length;
  tellReport(found, report, unrepaired, { output, surroundings, fix });
  const { directory, type, kind = null } = found;
  return { document: { directory, type, kind, ...report }, unrepaired };
}

function tellReport(
  found: CacheOnDisk,
  report: CheckReport,
  unrepaired: number,
  { output, surroundings, fix }: Pick<CommandContext, "output" | "surroundings"> & { readonly fix: boolean },
): void {
  const { colours } = output;
  const { problems, repaired, notes, entries, files, fileBytes } = report;
  const all = `${counted(entries, "entry")} and ${counted(files, "file")} (${formatSize(fileBytes)}) are sound`;
  const name = `${shownPath(found.directory, surroundings)} (${shownType(found)})`;
  if (problems.length === 0) output.line(`${colours.green("✓")} ${name}: ${all}.`);
  else {
    const fixed = fix ? `, ${repaired.length} repaired` : "";
    output.line(`${colours.red("✗")} ${name}: ${counted(problems.length, "problem")}${fixed}; ${all}.`);
  }
  const done = new Set(repaired);
  for (const problem of problems) {
    const mark = done.has(problem) ? colours.green("repaired") : colours.red("problem");
    output.line(`  ${mark} ${colours.dim(problem.kind)} ${output.safe(problem.message)}`);
  }
  for (const { message } of notes) output.line(`  ${colours.dim("note")} ${output.safe(message)}`);
  if (unrepaired > 0 && !fix) output.line("  'larder check --fix' repairs them.");
}
