import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { Cache, LarderError, MemoryCache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import {
  cacheTarget,
  fileLegacyReader,
  hdf5LegacyReader,
  type LegacyReader,
  migrateLegacy,
  parquetCodec,
} from "@larder/store-parquet";
import { cachesIn } from "../caches/cache-on-disk.js";
import { shownPath } from "../caches/shown-cache.js";
import { confirm } from "../output/confirm.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { tellKept } from "./cache/clear.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

/** Brings the tables of an older cache into a cache. */
export async function run(context: CommandContext): Promise<number> {
  const { given, output, surroundings, signal } = context;
  const from = resolve(surroundings.directory, given.argument("from")!);
  const to = resolve(
    surroundings.directory,
    given.text("to") ?? (surroundings.environment.LARDER_DIRECTORY || ".cache/larder"),
  );
  const dryRun = given.has("dry-run");
  const removeOriginals = given.has("remove-originals");
  const readers = await readersOf(from);
  if (
    removeOriginals &&
    !dryRun &&
    !(await confirm(context, `Remove each file of ${from} once all its tables are migrated`))
  ) {
    return tellKept(context);
  }
  // A dry run makes no cache where there is none.
  const isThere = (await cachesIn(to)).length > 0;
  const backend = dryRun && !isThere ? new MemoryCache() : new DiskCache({ directory: to });
  const cache = new Cache({ backend, codecs: [parquetCodec()] });
  const progress = output.progress("Migrating");
  try {
    const onProgress = ({
      item,
      done,
      total,
    }: {
      readonly item: string;
      readonly done: number;
      readonly total: number;
    }) => progress.update({ done, total, what: item });
    const report = await migrateLegacy({
      readers,
      target: cacheTarget(cache),
      onProgress,
      signal,
      dryRun,
      removeOriginals,
    });
    progress.end();
    output.document({ from, to, dryRun, ...report });
    const { migrated, present, pending, failed, bytes, removed, kept } = report;
    output.line(
      dryRun
        ? `Would migrate ${counted(pending, "table")} to ${shownPath(to, surroundings)}; ${counted(present, "table")} there already.`
        : `Migrated ${counted(migrated, "table")} (${formatSize(bytes)}) to ${shownPath(to, surroundings)}; ${counted(present, "table")} there already.`,
    );
    if (removed.length > 0) output.line(`Removed ${counted(removed.length, "original file")}.`);
    for (const { file, reason } of kept) output.line(`Kept ${output.safe(file)}: ${output.safe(reason)}`);
    for (const { item, origin, reason } of failed)
      output.note(`${output.safe(item || origin)}: ${output.safe(reason)}`);
    return failed.length > 0 ? exitCodes.failed : exitCodes.done;
  } finally {
    progress.end();
    for (const reader of readers) await reader.close?.();
    await cache.close();
  }
}

async function readersOf(from: string): Promise<readonly LegacyReader[]> {
  const found = await stat(from).catch(() => undefined);
  if (found === undefined) {
    throw new LarderError(
      `There is no ${from}. Name a directory of Parquet, JSON, CSV or HDF5 files, or an HDF5 file.`,
      {
        code: "no-such-file",
        facts: { from },
      },
    );
  }
  const hdf5 = hdf5LegacyReader(from);
  return found.isDirectory() ? [fileLegacyReader(from), hdf5] : [hdf5];
}
