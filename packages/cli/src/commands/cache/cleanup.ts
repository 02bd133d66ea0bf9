import type { CacheOnDisk } from "../../caches/cache-on-disk.js";
import type { Amount } from "../../caches/clear-cache.js";
import { findCaches } from "../../caches/find-caches.js";
import { withCache } from "../../caches/open-cache.js";
import { shownPath, shownType } from "../../caches/shown-cache.js";
import { storedEntries } from "../../caches/stored-entries.js";
import { tellNoCaches } from "../../caches/tell-no-caches.js";
import { UsageError } from "../../failures/usage-error.js";
import { confirm } from "../../output/confirm.js";
import { formatDuration } from "../../output/format-age.js";
import { counted, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";
import { tellKept } from "./clear.js";

export async function run(context: CommandContext): Promise<number> {
  const { given, output, surroundings } = context;
  const olderThan = given.number("older-than");
  if (olderThan === undefined && !given.has("orphaned")) {
    throw new UsageError("Say what to remove: --older-than 30d, or --orphaned. See 'larder cache cleanup --help'.");
  }
  const caches = await findCaches(context);
  if (caches.length === 0 && !output.json) return tellNoCaches(context);
  const dryRun = given.has("dry-run");
  const planned = await cleanAll(caches, context, true);
  const expected = sumOf(planned);
  if (!dryRun && expected.items > 0) {
    const what = [
      ...(olderThan === undefined ? [] : [`not used for ${formatDuration(olderThan)}`]),
      ...(given.has("orphaned") ? ["that nothing points at"] : []),
    ].join(" or ");
    if (!(await confirm(context, `Remove ${shown(expected)} ${what}`))) return tellKept(context);
  }
  const done = dryRun || expected.items === 0 ? planned : await cleanAll(caches, context, false);
  const total = sumOf(done);
  output.document({ dryRun, cleaned: done, ...total });
  for (const { directory, type, kind, ...amount } of done) {
    const where = `${shownPath(directory, surroundings)} (${shownType({ directory, type, kind: kind ?? undefined })})`;
    if (amount.items > 0 && done.length > 1) output.line(`${where}: ${shown(amount)}`);
  }
  output.line(
    total.items === 0 && total.bytes === 0
      ? "There is nothing to remove."
      : `${dryRun ? "Would remove" : "Removed"} ${shown(total)}.`,
  );
  return exitCodes.done;
}

interface Cleaned extends Amount {
  readonly directory: string;
  readonly type: CacheOnDisk["type"];
  readonly kind: string | null;
}

async function cleanAll(
  caches: readonly CacheOnDisk[],
  context: CommandContext,
  dryRun: boolean,
): Promise<readonly Cleaned[]> {
  const done: Cleaned[] = [];
  for (const found of caches) {
    context.signal.throwIfAborted();
    const clean = found.type === "folio" ? (await import("../../folios/clean-folios.js")).cleanFolios : cleanEntries;
    const { directory, type, kind = null } = found;
    done.push({ directory, type, kind, ...(await clean(found, context, dryRun)) });
  }
  return done;
}

/** Entries stored longer ago; of a plain cache nothing is an orphan, as `check` would find it. */
async function cleanEntries(
  found: CacheOnDisk,
  { given, surroundings, signal }: CommandContext,
  dryRun: boolean,
): Promise<Amount> {
  const olderThan = given.number("older-than");
  if (olderThan === undefined) return { items: 0, bytes: 0 };
  const before = surroundings.now() - olderThan * 1000;
  return withCache(found, async ({ cache }) => {
    const old: string[] = [];
    let bytes = 0;
    for await (const { key, record } of storedEntries(cache)) {
      signal.throwIfAborted();
      if (record.pinned === true || record.createdAt >= before) continue;
      old.push(key);
      bytes += record.byteLength;
    }
    if (dryRun) return { items: old.length, bytes };
    let items = 0;
    for (const key of old) {
      signal.throwIfAborted();
      if (await cache.delete(key)) items++;
    }
    return { items, bytes };
  });
}

function sumOf(amounts: readonly Amount[]): Amount {
  const sum = (of: keyof Amount) => amounts.reduce((total, each) => total + each[of], 0);
  return { items: sum("items"), bytes: sum("bytes") };
}

function shown({ items, bytes }: Amount): string {
  return `${counted(items, "item")} (${formatSize(bytes)})`;
}
