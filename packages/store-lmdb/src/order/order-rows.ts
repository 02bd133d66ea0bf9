import { type EvictionPolicy, evictionRank, type Xxhash } from "@larder/core";
import type { KnownEntry } from "../entry-changes.js";
import type { ReadableTable } from "../lmdb-environment.js";
import { rowKinds } from "../row-format.js";
import { accountedFileBytes, accountedRowBytes } from "../space/accounted-bytes.js";
import { decodeNumbers, encodeNumbers } from "../space/number-row.js";
import type { StoreContext } from "../store-context.js";

/** How an entry was used: the row in the table `usage`. */
export interface UsageRow {
  /** As in its row of the table `order`. */
  readonly rank: number;
  readonly usedSequence: number;
  readonly hits: number;
}

/** Policies whose ranks change with reads. */
export function countsReads(policy: EvictionPolicy | undefined): boolean {
  return policy === "least-recently-used" || policy === "least-frequently-used" || policy === "cost-aware";
}

/** Key in the table `order`: so sorted, the first goes first. Ranks and sequences are never negative. */
export function orderKey(rank: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(16);
  key.writeDoubleBE(rank, 0);
  key.writeDoubleBE(sequence, 8);
  return key;
}

/** Rank and sequence in a key of the table `order`. */
export function readOrderKey(key: Uint8Array): { readonly rank: number; readonly sequence: number } | undefined {
  if (key.byteLength !== 16) return undefined;
  const view = new DataView(key.buffer, key.byteOffset, 16);
  return { rank: view.getFloat64(0), sequence: view.getFloat64(8) };
}

/** How the entry at a place was used since it was stored; `undefined` when that is not known. */
export function readUsage(usage: ReadableTable, place: Uint8Array, xxhash: Xxhash): UsageRow | undefined {
  const bytes = usage.read(place);
  if (bytes === undefined) return undefined;
  const found = decodeNumbers(bytes, { kind: rowKinds.usage, key: noKey, count: 3 }, xxhash);
  if (found === undefined) return undefined;
  const [rank, usedSequence, hits] = found.numbers as [number, number, number];
  return { rank, usedSequence, hits };
}

/** Writes it. Within a transaction. */
export function writeUsage({ environment, xxhash }: StoreContext, place: Uint8Array, row: UsageRow): void {
  const numbers = [row.rank, row.usedSequence, row.hits];
  environment.usage.write(place, encodeNumbers({ kind: rowKinds.usage, key: noKey, numbers }, xxhash));
}

/** The place is in the key of the row already. */
const noKey = new Uint8Array(0);

/** The rank of an entry under a policy. */
export function rankOf(
  policy: EvictionPolicy,
  entry: KnownEntry,
  use: { readonly usedSequence: number; readonly hits: number } | undefined,
  age: number,
): number {
  const { storedSequence, place, rowBytes, record, reference } = entry;
  const cost = record?.costSeconds ?? 0;
  const fileBytes = reference === undefined ? 0 : (record?.byteLength ?? 0);
  const rank = evictionRank(
    policy,
    {
      storedSequence,
      usedSequence: use?.usedSequence ?? storedSequence,
      hits: use?.hits ?? 0,
      costSeconds: Number.isFinite(cost) && cost > 0 ? cost : 0,
      sizeBytes: accountedRowBytes(place.byteLength, rowBytes) + accountedFileBytes(fileBytes),
    },
    age,
  );
  return Math.max(0, rank);
}

/** The rank that an entry has in the table `order`. */
export function standingRank(policy: EvictionPolicy, entry: KnownEntry, usage: UsageRow | undefined): number {
  if (usage !== undefined && countsReads(policy)) return usage.rank;
  return rankOf(policy, entry, undefined, 0);
}
