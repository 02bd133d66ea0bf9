import type { CacheOnDisk } from "../../caches/cache-on-disk.js";
import { findCaches } from "../../caches/find-caches.js";
import { withCache } from "../../caches/open-cache.js";
import { shownPath, shownType } from "../../caches/shown-cache.js";
import { type EntryJson, entryJson, storedEntries } from "../../caches/stored-entries.js";
import { tellNoCaches } from "../../caches/tell-no-caches.js";
import { formatAge } from "../../output/format-age.js";
import { formatCount, formatSize } from "../../output/format-quantity.js";
import type { Column } from "../../output/lay-out-table.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

/** Entries shown of one cache, when nothing is said. */
const usualLimit = 100;

const columns: readonly Column[] = [
  { title: "KEY", narrowsTo: 16 },
  { title: "TYPE", narrowsTo: 5 },
  { title: "SIZE", align: "right" },
  { title: "ROWS", align: "right", leftOut: 3 },
  { title: "STORED", align: "right", leftOut: 1 },
  { title: "EXPIRES", align: "right", leftOut: 2 },
  { title: "ORIGIN", narrowsTo: 8, leftOut: 4 },
];

export async function run(context: CommandContext): Promise<number> {
  const { output, given } = context;
  const caches = await findCaches(context);
  if (caches.length === 0 && !output.json) return tellNoCaches(context);
  const bundle = given.argument("bundle");
  const documents: object[] = [];
  for (const [number, found] of caches.entries()) {
    context.signal.throwIfAborted();
    if (number > 0) output.line();
    if (found.type === "folio") {
      const { listFolios } = await import("../../folios/list-folios.js");
      documents.push(await listFolios(found, context));
    } else if (bundle === undefined) documents.push(await listEntries(found, context));
  }
  output.document({ caches: documents });
  return exitCodes.done;
}

async function listEntries(found: CacheOnDisk, { output, given, signal, surroundings }: CommandContext) {
  const limit = given.number("limit") ?? usualLimit;
  const prefix = given.text("prefix");
  const entries: EntryJson[] = [];
  let more = false;
  const { datasets, total } = await withCache(found, async ({ cache, datasets: tables }) => {
    for await (const entry of storedEntries(cache, prefix === undefined ? {} : { prefix })) {
      signal.throwIfAborted();
      if (entries.length === limit) {
        more = true;
        break;
      }
      entries.push(entryJson(entry));
    }
    return { datasets: await tables(), total: (await cache.volume()).entries };
  });
  output.line(output.colours.bold(`${shownPath(found.directory, surroundings)} (${shownType(found)})`));
  const now = surroundings.now();
  if (entries.length === 0) output.line("No entries.");
  else
    output.table(
      columns,
      entries.map((entry) => rowOf(entry, now)),
    );
  if (more)
    output.line(output.colours.dim(`The first ${formatCount(limit)} of ${formatCount(total)}; --limit shows more.`));
  if (datasets.length > 0) output.line(`Tables of databases: ${datasets.map(output.safe).join(", ")}`);
  return { directory: found.directory, type: found.type, kind: found.kind ?? null, total, entries, more, datasets };
}

function rowOf(entry: EntryJson, now: number): readonly string[] {
  return [
    entry.key,
    entry.pinned ? `${entry.type}, pinned` : entry.type,
    formatSize(entry.sizeBytes),
    formatCount(entry.rows),
    formatAge(Date.parse(entry.createdAt), now),
    expiryOf(entry, now),
    entry.origin ?? "",
  ];
}

function expiryOf({ expiresAt }: EntryJson, now: number): string {
  if (expiresAt === null) return "–";
  const at = Date.parse(expiresAt);
  return at <= now ? "expired" : formatAge(at, now);
}
