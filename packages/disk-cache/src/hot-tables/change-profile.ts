import { rmSync } from "node:fs";
import { join } from "node:path";
import type { BlobRecord, BlobSource, CacheEventListener, Clock, StoredBlob } from "@larder/core";
import { type LmdbBackend, ownedFileName } from "@larder/store-lmdb";
import type { EncodeParquetOptions } from "@larder/store-parquet";
import { growthOf, type HotTable, writeHotTables } from "./hot-table-list.js";
import type { HotTablesSettings } from "./hot-tables-options.js";
import { standingTables } from "./standing-tables.js";
import { recordMadeCold, recordMadeHot, tableState } from "./table-profile.js";
import type { Turns } from "./turns.js";
import { type WrittenTable, writeAnew } from "./write-anew.js";

/** Room for the row of an entry, and for what the last block of its file leaves unused. */
const rowBytes = 16_384;

/** What tables are made hot and cold with. */
export interface ProfileChanger {
  readonly backend: Pick<LmdbBackend, "directory" | "replaceBlob" | "transaction" | "volume">;
  /** Looks a blob up; that counts as no use. */
  readonly look: (key: string) => Promise<StoredBlob | undefined>;
  readonly parquet: EncodeParquetOptions;
  readonly settings: HotTablesSettings;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly tell: CacheEventListener;
  /** When this process read tables last, by key, in milliseconds since 1970. */
  readonly uses: ReadonlyMap<string, number>;
  /** Checksums of tables that took more than so many bytes in the other profile. */
  readonly tooLarge: Map<string, number>;
}

/** Of more tables it is not remembered that they are too large. */
const mostTooLarge = 10_000;

/**
 * Makes a table hot that is stored cold, where the budget allows it: tables that were made hot and not read since `since` are made
 * cold for it, the one read longest ago first. Nothing is done where that is not enough, and where other entries would have to be
 * evicted. For who holds the lease.
 *
 * @param since - when the reads began that make it hot, in milliseconds since 1970
 * @throws what reading and writing throw; the reason of `turns`
 */
export async function makeHot(changer: ProfileChanger, key: string, since: number): Promise<void> {
  const { backend, settings, uses, clock } = changer;
  await changing(changer, key, "cold", async (cold) => {
    const standing = await standingTables(backend, backend.directory, uses);
    const busy = [...standing.values()].filter(({ usedAt }) => usedAt >= since);
    const spare = settings.budgetBytes - growthOfAll(busy);
    if (spare <= 0) return;
    const hot = await writtenAs("hot", cold, changer, cold.record.byteLength + spare);
    if (hot === undefined) return;
    const table = { key, coldBytes: cold.record.byteLength, hotBytes: hot.byteLength, usedAt: clock.now() };
    const idle = [...standing.values()].filter(({ usedAt }) => usedAt < since).sort((a, b) => a.usedAt - b.usedAt);
    for (const other of idle) {
      if (growthOfAll(standing.values()) + growthOf(table) <= settings.budgetBytes) break;
      if (!(await makeCold(changer, other.key))) return;
      standing.delete(other.key);
    }
    // Before the table is hot: killed in between, the list has one too many, which its record shows.
    writeHotTables(backend.directory, new Map(standing).set(key, table));
    if (!(await replace("hot", cold, hot, changer))) writeHotTables(backend.directory, standing);
  });
}

/** Makes a table cold again that was made hot. @returns whether it is hot no more */
async function makeCold(changer: ProfileChanger, key: string): Promise<boolean> {
  let stays = false;
  await changing(changer, key, "made-hot", async (hot) => {
    const cold = await writtenAs("cold", hot, changer, Number.POSITIVE_INFINITY);
    stays = cold === undefined;
    if (cold !== undefined) await replace("cold", hot, cold, changer);
  });
  return !stays;
}

/** A table whose profile is being changed. */
interface Changing {
  readonly key: string;
  readonly record: BlobRecord;
  readonly source: BlobSource;
  /** Path of the file that it is written to. */
  readonly file: string;
  /** When this began, as `Clock.monotonic` says. */
  readonly begun: number;
}

/** Opens a table that is in the state given; others are left alone. */
async function changing(
  { backend, look, clock }: ProfileChanger,
  key: string,
  from: "cold" | "made-hot",
  change: (table: Changing) => Promise<void>,
): Promise<void> {
  const blob = await look(key);
  if (blob === undefined) return;
  const { record, source } = blob;
  const file = join(backend.directory, "tmp", ownedFileName(".blob"));
  try {
    if (tableState(record)?.is !== from) return;
    await change({ key, record, source, file, begun: clock.monotonic() });
  } finally {
    await blob.close?.();
    rmSync(file, { force: true });
  }
}

/** Writes the table to its file; `undefined` where that takes too much, or others would have to be evicted for it. */
async function writtenAs(
  profile: "hot" | "cold",
  { record: { checksum }, source, file }: Changing,
  { backend, parquet, turns, tooLarge }: ProfileChanger,
  allowedBytes: number,
): Promise<WrittenTable | undefined> {
  const { sizeBytes, reservedBytes, limitBytes = Number.POSITIVE_INFINITY } = await backend.volume();
  const free = limitBytes - sizeBytes - reservedBytes - rowBytes;
  const mostBytes = Math.min(allowedBytes, free);
  // Else one that does not fit would be written for nothing again and again.
  if (mostBytes <= (tooLarge.get(checksum) ?? Number.NEGATIVE_INFINITY)) return undefined;
  const written = await writeAnew(source, { file, parquet: optionsOf(parquet, profile), mostBytes, turns });
  if (written === undefined) {
    if (tooLarge.size >= mostTooLarge) tooLarge.clear();
    tooLarge.set(checksum, mostBytes);
  }
  return written;
}

/** Stores the table in place of the bytes it was made from, if these are still there. */
async function replace(
  to: "hot" | "cold",
  { key, record: before, file, begun }: Changing,
  written: WrittenTable,
  { backend, clock, tell, turns }: ProfileChanger,
): Promise<boolean> {
  turns.signal.throwIfAborted();
  const revised = to === "hot" ? recordMadeHot : recordMadeCold;
  const stored = await backend.replaceBlob(key, { record: { ...before, ...written }, file }, (current) =>
    current.checksum === before.checksum && current.byteLength === before.byteLength ? revised(current) : undefined,
  );
  if (stored === undefined) return false;
  const type = to === "hot" ? "table-made-hot" : "table-made-cold";
  const seconds = (clock.monotonic() - begun) / 1000;
  tell({ type, key, bytesBefore: before.byteLength, bytesAfter: written.byteLength, seconds });
  return true;
}

function optionsOf({ compression, ...options }: EncodeParquetOptions, profile: "hot" | "cold"): EncodeParquetOptions {
  if (profile === "hot") return { ...options, profile };
  return { ...options, profile, ...(compression !== undefined && { compression }) };
}

function growthOfAll(tables: Iterable<HotTable>): number {
  let bytes = 0;
  for (const table of tables) bytes += growthOf(table);
  return bytes;
}
