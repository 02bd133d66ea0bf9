import type { BlobAddress } from "../blob-address.js";
import { addressText } from "../blob-address.js";
import { readBlobRow } from "../blob-rows.js";
import type { SoundEntry } from "../entry-changes.js";
import { orderKeyOf, readOrderKey, readUsage, standingRank } from "../order/order-rows.js";
import type { StoreContext } from "../store-context.js";
import { knownEntryAt } from "../store-operations.js";
import { accountedFileBytes, accountedRowBytes } from "./accounted-bytes.js";
import { expiryKey, firstExpiry, forgetAt, readExpiryHint } from "./expiry-rows.js";

/** An entry that may go. */
export interface Candidate {
  readonly entry: SoundEntry;
  readonly reason: "size" | "expired";
  readonly rank: number;
}

/** Hints read at a time: few at first, for most writes need few to go. */
const firstPageRows = 2;
const largestPageRows = 64;

/**
 * What has expired for good by `now`, the longest-expired first. Hints that fit no entry are dropped on the way. Within a
 * transaction; entries may be removed meanwhile.
 *
 * @param storedBefore - only what was stored before the write of this number
 */
export function* expiredCandidates(
  context: StoreContext,
  now: number,
  storedBefore = Number.POSITIVE_INFINITY,
): Generator<Candidate> {
  const { expiry } = context.environment;
  if (firstExpiry(context) > now) return;
  const before = expiryKey(now, Number.POSITIVE_INFINITY);
  let limit = firstPageRows;
  for (let from: Uint8Array = Buffer.of(0); ; ) {
    const rows = expiry.rowsIn({ from, before, limit });
    for (const row of rows) {
      const hint = readExpiryHint(row);
      const entry = hint && knownEntryAt(context, hint.place);
      const time = forgetAt(entry?.record);
      if (entry?.record === undefined || entry.storedSequence !== hint!.storedSequence || time === undefined) {
        expiry.remove(row.key);
      } else if (time <= now && entry.storedSequence < storedBefore && !isInUse(context, entry.reference)) {
        yield { entry: entry as SoundEntry, reason: "expired", rank: 0 };
      }
    }
    if (rows.length < limit) return;
    from = after(rows.at(-1)!.key);
    limit = Math.min(limit * 4, largestPageRows);
  }
}

/**
 * What may be evicted, in the order in which it goes. Hints that fit no entry are dropped on the way. Within a
 * transaction; the order must be complete (`isOrdered`).
 */
export function* rankedCandidates(context: StoreContext): Generator<Candidate> {
  const { orderedBy } = context.space.policy();
  if (orderedBy === undefined) return;
  const { order, usage } = context.environment;
  let limit = firstPageRows;
  for (let from: Uint8Array = Buffer.of(0); ; ) {
    const rows = order.rowsIn({ from, limit });
    for (const { key, row: place } of rows) {
      const hint = readOrderKey(key);
      const entry = hint && knownEntryAt(context, place);
      const fits =
        entry?.record !== undefined &&
        entry.record.pinned !== true &&
        orderKeyOf(entry, standingRank(orderedBy, entry, readUsage(usage, place, context.xxhash))).equals(key);
      if (!fits) order.remove(key);
      else if (!isInUse(context, entry.reference))
        yield { entry: entry as SoundEntry, reason: "size", rank: hint!.rank };
    }
    if (rows.length < limit) return;
    from = after(rows.at(-1)!.key);
    limit = Math.min(limit * 4, largestPageRows);
  }
}

/** What makes room for a write. */
export interface EvictionPlan {
  readonly victims: readonly Candidate[];
  /** What their rows take up. */
  readonly rowBytes: number;
  /** What their files take up, which are freed in a second step. */
  readonly fileBytes: number;
  /** Whether that is what was asked for. */
  readonly isEnough: boolean;
}

/**
 * Chooses what goes so that at least `missingBytes` come free, and no more than that: what has expired, then by rank.
 * Removes nothing. Within a transaction.
 *
 * @param options - `limit`: at most so many entries; `except`: the place of an entry that stays
 */
export function planEviction(
  context: StoreContext,
  missingBytes: number,
  { limit, except }: { readonly limit: number; readonly except?: Uint8Array | undefined },
): EvictionPlan {
  const victims: Candidate[] = [];
  const chosen = new Set<number>();
  const released = new Map<string, number>();
  let rowBytes = 0;
  let fileBytes = 0;
  const isEnough = () => rowBytes + fileBytes >= missingBytes;
  for (const candidate of bothKinds(context)) {
    if (isEnough() || victims.length >= limit) break;
    const { place, reference, storedSequence } = candidate.entry;
    if (chosen.has(storedSequence) || (except !== undefined && Buffer.compare(place, except) === 0)) continue;
    chosen.add(storedSequence);
    victims.push(candidate);
    rowBytes += accountedRowBytes(place.byteLength, candidate.entry.rowBytes);
    if (reference === undefined) continue;
    const id = addressText(reference);
    const times = (released.get(id) ?? 0) + 1;
    released.set(id, times);
    const row = readBlobRow(context.environment.blobs, reference, context.xxhash);
    if (row?.count === times) fileBytes += accountedFileBytes(row.byteLength);
  }
  return { victims, rowBytes, fileBytes, isEnough: isEnough() };
}

function* bothKinds(context: StoreContext): Generator<Candidate> {
  yield* expiredCandidates(context, context.space.clock.now());
  yield* rankedCandidates(context);
}

function isInUse(context: StoreContext, address: BlobAddress | undefined): boolean {
  return address !== undefined && context.space.openFiles.isOpen(context, address);
}

function after(key: Uint8Array): Buffer {
  return Buffer.concat([key, Buffer.of(0)]);
}
