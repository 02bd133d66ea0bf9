import type { StoredBlob } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { CacheParts } from "./cache-parts.js";
import { checkKey } from "./check-key.js";
import type { MissReason, TakesStale } from "./entry-reader.js";

/** A value found and read. */
export interface Hit {
  readonly value: unknown;
  readonly record: BlobRecord;
  /** See `FoundBlob`. */
  readonly stale: boolean;
}

/** The value of a hit alone. */
export function valueAlone({ value }: Hit): unknown {
  return value;
}

/** A hit as it is. */
export function hitItself(hit: Hit): Hit {
  return hit;
}

/**
 * Looks a value up; told as an event either way. What it is comes out as the caller wants it, so that nobody has to wait
 * for this function only to take its outcome apart.
 *
 * @param wanted - what to return of a hit; a miss is `undefined`
 * @param maxAgeMs - an older entry is a miss too
 * @param takesStale - see `EntryReader.find`
 * @throws LarderError `invalid-key`
 */
export async function lookUp<Wanted>(
  parts: CacheParts,
  key: string,
  wanted: (hit: Hit) => Wanted,
  maxAgeMs?: number,
  takesStale?: TakesStale,
): Promise<Wanted | undefined> {
  checkKey(key);
  const { reader, onEvent } = parts;
  let stored: StoredBlob | undefined | null;
  try {
    stored = await parts.backend.getBlob(key);
  } catch (error) {
    return missed(parts, key, reader.unanswered(key, error));
  }
  const judged = reader.judge(key, stored, maxAgeMs, takesStale);
  const found = judged instanceof Promise ? await judged : judged;
  if (typeof found === "string") return missed(parts, key, found);
  const reading = reader.read(found);
  const read = reading instanceof Promise ? await reading : reading;
  if (read.miss !== undefined) return missed(parts, key, read.miss);
  const { record } = found.stored;
  const { stale } = found;
  onEvent?.(stale ? { type: "hit", key, record, stale } : { type: "hit", key, record });
  return wanted({ value: read.value, record, stale });
}

function missed({ onEvent }: CacheParts, key: string, reason: MissReason): undefined {
  onEvent?.({ type: "miss", key, reason });
}
