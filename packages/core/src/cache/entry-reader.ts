import type { CacheBackend, StoredBlob } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import { type Awaitable, type BlobSource, bytesSource, exclusiveSource } from "../blob-source.js";
import { loadXxhash, type Xxhash } from "../checksum/xxhash.js";
import type { Clock } from "../clock.js";
import type { ValueCodec } from "../codec.js";
import { DamagedBlobError, LarderError } from "../errors.js";
import type { CacheEvent, CacheEventListener } from "../events.js";
import { verifiedSource } from "../sources/verified-source.js";
import type { CodecSet } from "./codec-set.js";
import type { EntryAges } from "./entry-ages.js";
import type { Expiring } from "./expiring.js";
import { expiredForGood, hasExpired, isOlder } from "./freshness.js";
import { type NewerFormats, newerCodec, newerWithin } from "./newer-formats.js";

/** A blob whose codec is known, fresh unless it says otherwise; its bytes are unread. Whoever has it closes it. */
export interface FoundBlob {
  readonly key: string;
  readonly stored: StoredBlob;
  readonly codec: ValueCodec;
  /** Its time is over, and whoever asked takes it all the same. */
  readonly stale: boolean;
}

/** A value that can be made anew from its bytes, for others who want one of their own. */
export interface RepeatableValue {
  readonly value: unknown;
  readonly again: () => Awaitable<unknown>;
}

/** Why a key is not a hit. */
export type MissReason = Extract<CacheEvent, { type: "miss" }>["reason"];

/** A value read, or why it could not be. */
export type ReadOutcome = { readonly value: unknown; readonly miss?: undefined } | { readonly miss: MissReason };

export interface EntryReaderOptions {
  readonly backend: CacheBackend;
  readonly codecs: CodecSet;
  readonly clock: Clock;
  readonly onEvent: CacheEventListener | undefined;
  readonly ages: EntryAges;
  readonly expiring: Expiring;
  readonly newer: NewerFormats;
}

/**
 * Finds blobs and reads values from them. Whatever is wrong with one is a miss and a warning, never an exception. What can
 * be answered at once is: each promise on the way costs a hit about as much as its checksum.
 */
export interface EntryReader {
  /**
   * @param maxAgeMs - an older entry is a miss too
   * @param takesStale - asked of an entry whose time is over; `true`: it is found all the same
   */
  find(key: string, maxAgeMs?: number, takesStale?: TakesStale): Promise<FoundBlob | MissReason>;
  /** The second half of {@link find}: what to make of the backend's answer. What is no hit is closed. */
  judge(
    key: string,
    stored: StoredBlob | undefined | null,
    maxAgeMs?: number,
    takesStale?: TakesStale,
  ): Awaitable<FoundBlob | MissReason>;
  /** What to make of the backend's failure to answer. */
  unanswered(key: string, error: unknown): MissReason;
  /** The value, freshly decoded; closes the blob. */
  read(found: FoundBlob): Awaitable<ReadOutcome>;
  /** The value, freshly decoded, as often as it is wanted; closes the blob. */
  readRepeatable(found: FoundBlob): Promise<RepeatableValue | { readonly miss: MissReason }>;
}

/** Whether a record whose time is over is wanted all the same, at `now` (milliseconds since 1970). */
export type TakesStale = (record: BlobRecord, now: number) => boolean;

let xxhash: Xxhash | undefined;

/** An {@link EntryReader} over a backend. */
export function entryReader(options: EntryReaderOptions): EntryReader {
  const { backend, codecs, clock, onEvent, ages, expiring, newer } = options;

  function warn(code: string, key: string, message: string, cause?: unknown): void {
    onEvent?.({ type: "warning", code, key, message, cause });
  }

  function missOfDamage(key: string, error: unknown): MissReason {
    const damage = error as DamagedBlobError;
    warn(String(damage.facts.warning ?? damage.code), key, `${damage.message} It counts as a miss.`, error);
    return damage.facts.warning === undefined ? "damaged" : "unreadable";
  }

  function missOfNewer(key: string, record: BlobRecord, why: string): MissReason {
    newer.met(key, record, why);
    warn("newer-format", key, `${why} It counts as a miss, and is left as it is.`);
    return "unreadable";
  }

  function missOfFailure({ key, stored }: FoundBlob, error: unknown): MissReason {
    const why = newerWithin(key, error);
    return why === undefined ? missOfDamage(key, error) : missOfNewer(key, stored.record, why);
  }

  function unanswered(key: string, error: unknown): MissReason {
    const message = `The backend failed to look up '${key}', which counts as a miss: ${said(error)}`;
    warn("backend-failed", key, message, error);
    return "unreadable";
  }

  function judge(
    key: string,
    stored: StoredBlob | undefined | null,
    maxAgeMs?: number,
    takesStale?: TakesStale,
  ): Awaitable<FoundBlob | MissReason> {
    if (stored === undefined || stored === null) return "absent";
    const { record } = stored;
    if (!isRecord(record)) {
      const message = `The record under '${key}' is damaged, which counts as a miss: it is not a blob record.`;
      warn("damaged-blob", key, message);
      return afterRelease(stored, "damaged");
    }
    const now = clock.now();
    const expired = hasExpired(record, now) || ages.isOver(key, record);
    if (expired) expiring.expire(key, record, now);
    const stale = expired || isOlder(record, now, maxAgeMs);
    if (stale && takesStale?.(expired ? expiredForGood(record, now) : record, now) !== true) {
      return afterRelease(stored, "expired");
    }
    const codec = codecs.named(record.codec);
    const why = codec === undefined ? newerCodec(key, record, codecs) : undefined;
    if (why !== undefined) return afterRelease(stored, missOfNewer(key, record, why));
    if (codec === undefined) {
      const message = `The value under '${key}' was stored by the codec '${record.codec}', which this cache does not have: a miss. Pass that codec in 'codecs' to read it.`;
      warn("unknown-codec", key, message);
      return afterRelease(stored, "unreadable");
    }
    return { key, stored, codec, stale };
  }

  async function readLater(found: FoundBlob, late: Promise<unknown>): Promise<ReadOutcome> {
    try {
      return { value: await late };
    } catch (error) {
      return { miss: missOfFailure(found, error) };
    } finally {
      await release(found.stored);
    }
  }

  return {
    judge,
    unanswered,

    async find(key, maxAgeMs, takesStale) {
      let stored: StoredBlob | undefined | null;
      try {
        stored = await backend.getBlob(key);
      } catch (error) {
        return unanswered(key, error);
      }
      return judge(key, stored, maxAgeMs, takesStale);
    },

    read(found) {
      let value: unknown;
      try {
        value = decodeOnce(found);
      } catch (error) {
        return afterRelease(found.stored, { miss: missOfFailure(found, error) });
      }
      return value instanceof Promise ? readLater(found, value) : afterRelease(found.stored, { value });
    },

    async readRepeatable(found) {
      try {
        const bytes = await checkedBytes(found);
        // Every value gets bytes of its own, for a codec may build it upon them.
        const again = () => decodeBytes(found, exclusiveSource(new Uint8Array(bytes)));
        return { value: await again(), again };
      } catch (error) {
        return { miss: missOfFailure(found, error) };
      } finally {
        await release(found.stored);
      }
    },
  };
}

/**
 * The value of a blob, freshly decoded from bytes that were checked.
 *
 * @throws DamagedBlobError when the bytes are damaged or gone, or the codec can't read them; LarderError `newer-format`
 */
export async function decodeBlob(found: FoundBlob): Promise<unknown> {
  const { stored } = found;
  // Read here, once: a codec that reads in parts would have the whole checked at its first part anyway.
  return decodeBytes(found, stored.verified === true ? stored.source : bytesSource(await checkedBytes(found)));
}

/** {@link decodeBlob} where the blob is read this once only, at once where that is possible. */
function decodeOnce(found: FoundBlob): Awaitable<unknown> {
  const { stored } = found;
  if (stored.verified !== true) return decodeBlob(found);
  return decodeBytes(found, stored.takeBytes === undefined ? stored.source : exclusiveSource(stored.takeBytes()));
}

/** @throws DamagedBlobError */
async function checkedBytes(found: FoundBlob): Promise<Uint8Array> {
  try {
    return await (await openChecked(found)).slice(0);
  } catch (error) {
    throw damagedBlob(found.key, "its bytes could not be read", "backend-failed", error);
  }
}

/** @throws DamagedBlobError; LarderError `newer-format` */
function decodeBytes({ key, stored, codec }: FoundBlob, source: BlobSource): Awaitable<unknown> {
  const unreadable = (error: unknown): never => {
    // Not damaged: whoever wrote it can read it.
    if (LarderError.isInstance(error, "newer-format")) throw error;
    throw damagedBlob(key, `its codec '${stored.record.codec}' could not read it`, "decode-failed", error);
  };
  try {
    const value = codec.decode(source, stored.record);
    return value instanceof Promise ? value.catch(unreadable) : value;
  } catch (error) {
    return unreadable(error);
  }
}

/** The source of a blob, with its bytes checked as they are read. */
export async function openChecked({ key, stored }: FoundBlob): Promise<BlobSource> {
  if (stored.verified === true) return stored.source;
  xxhash ??= await loadXxhash();
  return checkedSource(key, stored, xxhash);
}

/** Closes what a blob holds open. A failure to close is of no consequence to who has read it. */
export async function release(stored: StoredBlob): Promise<void> {
  if (stored.close === undefined) return;
  try {
    await stored.close();
  } catch {
    // What was read was checked; what could not be closed is the backend's to report.
  }
}

/** What comes out when a blob is closed, where it has anything to close. */
function afterRelease<Outcome>(stored: StoredBlob, outcome: Outcome): Awaitable<Outcome> {
  return stored.close === undefined ? outcome : release(stored).then(() => outcome);
}

function checkedSource(key: string, { source, record }: StoredBlob, hash: Xxhash): BlobSource {
  return verifiedSource({ source, record, xxhash: hash, describe: describe(key) });
}

function damagedBlob(key: string, what: string, warning: string, error: unknown): DamagedBlobError {
  if (LarderError.isInstance(error, "damaged-blob")) return error as DamagedBlobError;
  return new DamagedBlobError(describe(key), { key, reason: `${what} (${said(error)})`, warning }, error);
}

function describe(key: string): string {
  return `The blob under '${key}'`;
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Enough of a check that no field read later is of another kind: records come from outside this process. */
export function isRecord(record: BlobRecord | undefined | null): record is BlobRecord {
  return (
    typeof record === "object" &&
    record !== null &&
    typeof record.codec === "string" &&
    typeof record.checksum === "string" &&
    Number.isSafeInteger(record.byteLength) &&
    Number.isFinite(record.createdAt) &&
    (record.expiresAt === undefined || Number.isFinite(record.expiresAt))
  );
}
