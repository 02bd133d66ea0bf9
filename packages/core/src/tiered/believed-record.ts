import type { BlobRecord, JsonObject } from "../blob-record.js";

/** Under this name in `details` a tier with a time of its own keeps what the record itself says. */
const own = "larder.tier.1";

/** The record as a tier keeps it that is believed until `expiresAt` only; `trueRecord` gives back what it was made of. */
export function believedRecord(record: BlobRecord, expiresAt: number): BlobRecord {
  const { expiresAt: trueExpiry = null, keepUntil = null, details = null, ...kept } = record;
  return { ...kept, expiresAt, details: { ...details, [own]: { expiresAt: trueExpiry, keepUntil, details } } };
}

/** The record that {@link believedRecord} was made of; any other record as it is. */
export function trueRecord(record: BlobRecord): BlobRecord {
  const kept = record.details?.[own] as JsonObject | undefined;
  if (kept === undefined) return record;
  const { expiresAt: _, details: __, ...rest } = record;
  const trueParts = Object.entries(kept).filter(([, value]) => value !== null);
  return { ...rest, ...Object.fromEntries(trueParts) } as BlobRecord;
}
