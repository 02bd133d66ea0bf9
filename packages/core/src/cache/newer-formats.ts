import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { Awaitable } from "../blob-source.js";
import { LarderError } from "../errors.js";
import type { CodecSet } from "./codec-set.js";
import { release } from "./entry-reader.js";

/**
 * The keys under which this cache has met a value in a newer format than it knows: a value that must not be written over,
 * for whoever wrote it can still read it.
 */
export interface NewerFormats {
  /** Notes that the value under a key is in a newer format; `why` is a whole sentence. */
  met(key: string, record: BlobRecord, why: string): void;
  /** Whether it was noted; cheap. */
  has(key: string): boolean;
  /**
   * Why nothing may be stored under a key, as whole sentences; `undefined` when it was not noted, which is told at once, and
   * when the value is gone by now.
   */
  refusal(key: string): Awaitable<string | undefined>;
}

/** @param capacity - keys remembered; those met longest ago are forgotten first */
export function newerFormats(backend: CacheBackend, codecs: CodecSet, capacity = 10_000): NewerFormats {
  const keys = new Map<string, Noted>();
  return {
    met(key, { checksum }, why) {
      keys.delete(key);
      keys.set(key, { checksum, why });
      if (keys.size > capacity) keys.delete(keys.keys().next().value as string);
    },
    has: (key) => keys.has(key),
    refusal(key) {
      const noted = keys.get(key);
      return noted && stillThere(key, noted);
    },
  };

  async function stillThere(key: string, noted: Noted): Promise<string | undefined> {
    // A backend that fails now will fail to store, and say so.
    const stored = await backend.getBlob(key).catch(() => undefined);
    const record = stored?.record;
    if (stored !== undefined && stored !== null) await release(stored);
    const why = record?.checksum === noted.checksum ? noted.why : record && newerCodec(key, record, codecs);
    if (why === undefined) keys.delete(key);
    return why && `${why} Nothing was stored in its place.`;
  }
}

interface Noted {
  readonly checksum: string;
  readonly why: string;
}

/** What to say of a value whose codec is a newer version of one that is known; `undefined` of others. */
export function newerCodec(key: string, { codec }: BlobRecord, codecs: CodecSet): string | undefined {
  const known = codecs.olderThan(codec);
  if (known === undefined) return undefined;
  return `The value under '${key}' has the format '${codec}', and this version of Larder knows '${known}': a newer version wrote it. Update Larder, or delete the key.`;
}

/** What to say of a value whose codec met a newer format within it; `undefined` of other errors. */
export function newerWithin(key: string, error: unknown): string | undefined {
  if (!LarderError.isInstance(error, "newer-format")) return undefined;
  return `The value under '${key}' can't be read by this version of Larder: ${error.message}`;
}
