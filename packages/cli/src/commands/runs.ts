import { LarderError } from "@larder/core";
import { formatSeconds } from "@larder/pipeline/drawing";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import { findCaches } from "../caches/find-caches.js";
import { withCache } from "../caches/open-cache.js";
import { shownPath } from "../caches/shown-cache.js";
import { storedEntries } from "../caches/stored-entries.js";
import { formatAge, isoTime } from "../output/format-age.js";
import { formatCount, formatSize } from "../output/format-quantity.js";
import { keptRuns, type RunRecord } from "../pipelines/run-record.js";
import { tellNodes } from "../pipelines/tell-nodes.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

/** The newest result of a node, as its entry tells of it. */
interface NodeResult {
  readonly node: string;
  readonly storedAt: string;
  readonly costSeconds: number | null;
  readonly rows: number | null;
  readonly sizeBytes: number;
  /** Results of it that are stored. */
  readonly results: number;
}

const usualLimit = 20;

export async function run(context: CommandContext): Promise<number> {
  const { given } = context;
  const caches = (await findCaches(context)).filter(({ type }) => type !== "folio");
  if (given.has("nodes")) return tellResults(caches, context);
  const wanted = given.argument("run");
  const limit = wanted === undefined ? (given.number("limit") ?? usualLimit) : Number.POSITIVE_INFINITY;
  const runs: (RunRecord & { readonly directory: string })[] = [];
  for (const found of caches) {
    await withCache(found, async ({ cache }) => {
      let count = 0;
      for await (const record of keptRuns(cache)) {
        context.signal.throwIfAborted();
        if (wanted === undefined || isNamed(record, wanted)) runs.push({ ...record, directory: found.directory });
        if (++count >= limit) break;
      }
    });
  }
  runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
  return wanted === undefined ? tellRuns(runs.slice(0, limit), context) : tellOne(wanted, runs, context);
}

/** Names of runs begin with what they share; the last part tells them apart. */
function shortName(run: string): string {
  return run.split("-").at(-1)!.slice(0, 8);
}

function isNamed({ run }: RunRecord, wanted: string): boolean {
  return run.startsWith(wanted) || run.split("-").at(-1)!.startsWith(wanted);
}

function tellRuns(
  runs: readonly (RunRecord & { readonly directory: string })[],
  { output, surroundings }: CommandContext,
) {
  output.document({ runs });
  if (runs.length === 0) {
    output.line(
      "No run of 'larder run' is on record. 'larder runs --nodes' lists results that any program has stored.",
    );
    return exitCodes.done;
  }
  output.table(
    [
      { title: "RUN" },
      { title: "STARTED", align: "right" },
      { title: "OUTCOME" },
      { title: "PIPELINE", narrowsTo: 8 },
      { title: "TOOK", align: "right", leftOut: 1 },
      { title: "RAN", align: "right", leftOut: 2 },
      { title: "CACHED", align: "right", leftOut: 3 },
      { title: "FILE", narrowsTo: 8, leftOut: 4 },
    ],
    runs.map(({ run, startedAt, outcome, report, file }) => [
      shortName(run),
      formatAge(Date.parse(startedAt), surroundings.now()),
      outcome,
      report.pipeline,
      formatSeconds(report.seconds),
      String(report.totals.misses + report.totals.uncached),
      String(report.totals.hits + report.totals.skipped),
      shownPath(file, surroundings),
    ]),
  );
  return exitCodes.done;
}

function tellOne(wanted: string, runs: readonly RunRecord[], { output }: CommandContext): number {
  const [record, another] = runs;
  if (record === undefined || another !== undefined) {
    const why =
      record === undefined ? `No run on record is called '${wanted}'` : `Several runs are called '${wanted}…'`;
    throw new LarderError(`${why}. 'larder runs' lists them.`, { code: "unknown-run", facts: { run: wanted } });
  }
  const { run, startedAt, outcome, file, message, report } = record;
  output.document(record);
  output.pairs([
    ["run", run],
    ["started", startedAt],
    ["outcome", message === null ? outcome : `${outcome}: ${message}`],
    ["pipeline", report.pipeline],
    ["file", file],
    ["took", formatSeconds(report.seconds)],
  ]);
  output.line();
  tellNodes(output, report.nodes);
  for (const { message } of report.warnings) output.line(`warning: ${output.safe(message)}`);
  return exitCodes.done;
}

/** What is stored of nodes, whoever has stored it. */
async function tellResults(caches: readonly CacheOnDisk[], { output, surroundings, signal }: CommandContext) {
  const documents: { directory: string; nodes: readonly NodeResult[] }[] = [];
  for (const found of caches) {
    const nodes = await withCache(found, async ({ cache }) => {
      const newest = new Map<string, NodeResult>();
      for await (const { record } of storedEntries(cache, { prefix: "node:" })) {
        signal.throwIfAborted();
        const { origin: node, createdAt, costSeconds = null, byteLength: sizeBytes, details } = record;
        if (node === undefined) continue;
        const before = newest.get(node);
        const results = (before?.results ?? 0) + 1;
        const storedAt = isoTime(createdAt)!;
        const rows = typeof details?.rows === "number" ? details.rows : null;
        if (before !== undefined && before.storedAt > storedAt) newest.set(node, { ...before, results });
        else newest.set(node, { node, storedAt, costSeconds, rows, sizeBytes, results });
      }
      return [...newest.values()].sort((a, b) => b.storedAt.localeCompare(a.storedAt));
    });
    if (nodes.length > 0) documents.push({ directory: found.directory, nodes });
  }
  output.document({ caches: documents });
  if (documents.length === 0) output.line("No result of a node is stored.");
  for (const { directory, nodes } of documents) {
    output.line(output.colours.bold(shownPath(directory, surroundings)));
    output.table(
      [
        { title: "NODE", narrowsTo: 10 },
        { title: "STORED", align: "right" },
        { title: "TOOK", align: "right" },
        { title: "ROWS", align: "right", leftOut: 1 },
        { title: "SIZE", align: "right" },
        { title: "RESULTS", align: "right", leftOut: 2 },
      ],
      nodes.map((each) => [
        each.node,
        formatAge(Date.parse(each.storedAt), surroundings.now()),
        each.costSeconds === null ? "–" : formatSeconds(each.costSeconds),
        formatCount(each.rows),
        formatSize(each.sizeBytes),
        String(each.results),
      ]),
    );
  }
  return exitCodes.done;
}
