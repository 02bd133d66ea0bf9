import type { CacheBackend, StoredBlob } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import { type BlobSource, bytesSource } from "../blob-source.js";
import { loadXxhash, type Xxhash } from "../checksum/xxhash.js";
import type { Clock } from "../clock.js";
import type { ValueCodec } from "../codec.js";
import { DamagedBlobError, LarderError } from "../errors.js";
import type { CacheEvent, CacheEventListener } from "../events.js";
import { verifiedSource } from "../sources/verified-source.js";
import type { CodecSet } from "./codec-set.js";
import { isFresh } from "./freshness.js";

/** A blob that is fresh and whose codec is known; its bytes are unread. Whoever has it closes it. */
export interface FoundBlob {
  readonly key: string;
  readonly stored: StoredBlob;
  readonly codec: ValueCodec;
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
}

/** Finds blobs and reads values from them. Whatever is wrong with one is a miss and a warning, never an exception. */
export interface EntryReader {
  /** @param maxAgeMs - an older entry is a miss too */
  find(key: string, maxAgeMs?: number): Promise<FoundBlob | MissReason>;
  /** The value, freshly decoded; closes the blob. */
  read(found: FoundBlob): Promise<ReadOutcome>;
}

let xxhash: Xxhash | undefined;

/** An {@link EntryReader} over a backend. */
export function entryReader({ backend, codecs, clock, onEvent }: EntryReaderOptions): EntryReader {
  function warn(code: string, key: string, message: string, cause?: unknown): void {
    onEvent?.({ type: "warning", code, key, message, cause });
  }

  return {
    async find(key, maxAgeMs) {
      let stored: StoredBlob | undefined | null;
      try {
        stored = await backend.getBlob(key);
      } catch (error) {
        warn(
          "backend-failed",
          key,
          `The backend failed to look up '${key}', which counts as a miss: ${said(error)}`,
          error,
        );
        return "unreadable";
      }
      if (stored === undefined || stored === null) return "absent";
      const { record } = stored;
      if (!isRecord(record)) {
        warn(
          "damaged-blob",
          key,
          `The record under '${key}' is damaged, which counts as a miss: it is not a blob record.`,
        );
        await release(stored);
        return "damaged";
      }
      if (!isFresh(record, clock.now(), maxAgeMs)) {
        await release(stored);
        return "expired";
      }
      const codec = codecs.named(record.codec);
      if (codec === undefined) {
        warn(
          "unknown-codec",
          key,
          `The value under '${key}' was stored by the codec '${record.codec}', which this cache does not have: a miss. Pass that codec in 'codecs' to read it.`,
        );
        await release(stored);
        return "unreadable";
      }
      return { key, stored, codec };
    },

    async read(found) {
      try {
        return { value: await decodeBlob(found) };
      } catch (error) {
        const damage = error as DamagedBlobError;
        warn(String(damage.facts.warning ?? damage.code), found.key, `${damage.message} It counts as a miss.`, error);
        return { miss: damage.facts.warning === undefined ? "damaged" : "unreadable" };
      } finally {
        await release(found.stored);
      }
    },
  };
}

/**
 * The value of a blob, freshly decoded from bytes that were checked.
 *
 * @throws DamagedBlobError when the bytes are damaged or gone, or the codec can't read them
 */
export async function decodeBlob({ key, stored, codec }: FoundBlob): Promise<unknown> {
  const { record } = stored;
  let source: BlobSource;
  if (stored.verified === true) source = stored.source;
  else {
    xxhash ??= await loadXxhash();
    try {
      const bytes = checkedSource(key, stored, xxhash).slice(0);
      // Read here, once: a codec that reads in parts would have the whole checked at its first part anyway.
      source = bytesSource(bytes instanceof Promise ? await bytes : bytes);
    } catch (error) {
      throw damagedBlob(key, "its bytes could not be read", "backend-failed", error);
    }
  }
  try {
    const value = codec.decode(source, record);
    return value instanceof Promise ? await value : value;
  } catch (error) {
    throw damagedBlob(key, `its codec '${record.codec}' could not read it`, "decode-failed", error);
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
function isRecord(record: BlobRecord | undefined | null): record is BlobRecord {
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
