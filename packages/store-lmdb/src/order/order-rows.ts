import {
  type BlobRecord,
  type EvictionPolicy,
  evictionPriority,
  evictionRank,
  highestPriority,
  type Xxhash,
} from "@larder/core";
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

/**
 * Key in the table `order`: so sorted, the first goes first. Ranks and sequences are never negative, so that without a
 * priority the first byte is below 0x80; with one, a byte stands before it: 0x80 and the priority.
 */
export function orderKey({ rank, sequence, priority }: OrderPlace): Buffer {
  const key = Buffer.allocUnsafe(priority === 0 ? placeBytes : 1 + placeBytes);
  if (priority > 0) key[0] = withPriority + priority;
  key.writeDoubleBE(rank, key.byteLength - placeBytes);
  key.writeDoubleBE(sequence, key.byteLength - 8);
  return key;
}

/** Where an entry stands in the order: by priority, then rank, then sequence. */
export interface OrderPlace {
  readonly rank: number;
  readonly sequence: number;
  /** `evictionPriority` of its record. */
  readonly priority: number;
}

const placeBytes = 16;
const withPriority = 0x80;

/** What a key of the table `order` says. */
export function readOrderKey(key: Uint8Array): OrderPlace | undefined {
  const before = key.byteLength - placeBytes;
  if (before !== 0 && before !== 1) return undefined;
  const priority = before === 0 ? 0 : key[0]! - withPriority;
  if (before === 1 && (priority < 1 || priority > highestPriority)) return undefined;
  const view = new DataView(key.buffer, key.byteOffset + before, placeBytes);
  return { rank: view.getFloat64(0), sequence: view.getFloat64(8), priority };
}

/** The key of an entry with this rank. */
export function orderKeyOf({ record, storedSequence }: KnownEntry, rank: number): Buffer {
  return orderKey({ rank, sequence: storedSequence, priority: priorityOf(record) });
}

/** Of a damaged row nobody knows it. */
function priorityOf(record: BlobRecord | undefined): number {
  return record === undefined ? 0 : evictionPriority(record);
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
