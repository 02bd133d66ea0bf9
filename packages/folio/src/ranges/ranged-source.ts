import { type BlobSource, checkRange } from "@larder/core";
import type { ItemPlace } from "../folio-parts.js";
import { type ByteExtent, copyCommon, overlap, uncovered } from "./byte-extents.js";
import type { ChunkVerifier } from "./chunk-verifier.js";
import { fetchRange, type RangePin } from "./fetch-range.js";
import type { KeptRanges } from "./kept-ranges.js";
import { VersionChangedError } from "./range-errors.js";

/** A remote object, read by ranges of one version. */
export interface RangedSource extends BlobSource {
  slice(start: number, end?: number): Promise<Uint8Array>;
  /** Whether a range was answered with another version: nothing more is read through this source then. */
  readonly changed: boolean;
  /** Bytes that came from the remote so far, also those of answers that broke off. */
  readonly downloadedBytes: number;
}

/** What a ranged source reads. */
export interface RangedSourceOptions {
  readonly place: ItemPlace;
  readonly byteLength: number;
  /** The version all ranges must have; `undefined`: that of the first that is fetched. */
  readonly version: string | undefined;
  /** What is kept locally; `undefined`: nothing. What it keeps is of `version` and `byteLength`, or is not used. */
  readonly kept: KeptRanges | undefined;
  /** What every byte is verified by before it is kept or returned; `undefined`: by nothing but the version and the length. */
  readonly chunks: ChunkVerifier | undefined;
  /** Whether what is fetched is kept. */
  readonly keeps: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told once when ranges can't be kept. */
  readonly onUnkept: (error: unknown) => void;
}

interface Flight extends ByteExtent {
  readonly bytes: Promise<Uint8Array>;
}

/**
 * A source over a remote object. What is kept locally is not fetched; what is being fetched for one reader is not fetched for
 * another. All bytes are of one version: a range that was answered with another one is thrown as VersionChangedError, then and
 * ever after. Where chunks can be verified, whole chunks are fetched, and wrong ones are thrown as ChecksumMismatchError.
 */
export function rangedSource(options: RangedSourceOptions): RangedSource {
  const { place, byteLength, kept, chunks, signal } = options;
  let { version, keeps } = options;
  let changed: VersionChangedError | undefined;
  let downloadedBytes = 0;
  const flights = new Set<Flight>();

  const isKeptVersion = (): boolean =>
    kept?.pin !== undefined && kept.pin.version === version && kept.pin.byteLength === byteLength;

  const fetchOnce = async (extent: ByteExtent): Promise<Uint8Array> => {
    const read = await fetchRange(place, extent, {
      version,
      byteLength,
      signal,
      onBytes(count) {
        downloadedBytes += count;
      },
    });
    // Two first ranges at once may be of two versions.
    if (version !== undefined && read.version !== version) {
      throw new VersionChangedError(place.storage.url, place.path, "it has another version");
    }
    version = read.version;
    return read.bytes;
  };

  const fetched = async (extent: ByteExtent): Promise<Uint8Array> => {
    const bytes = await fetchOnce(extent);
    await chunks?.mend(extent.start, bytes, fetchOnce);
    await keep({ version: version!, byteLength }, extent.start, bytes);
    return bytes;
  };

  const keep = async (pin: RangePin, start: number, bytes: Uint8Array): Promise<void> => {
    if (!keeps || kept === undefined) return;
    try {
      await kept.keep(pin, start, bytes);
    } catch (error) {
      // The bytes are right; only the next reader fetches them again.
      keeps = false;
      options.onUnkept(error);
    }
  };

  const flightFor = (extent: ByteExtent): Flight => {
    const flight = { ...extent, bytes: fetched(extent) };
    flights.add(flight);
    const land = (): void => void flights.delete(flight);
    flight.bytes.then(land, land);
    return flight;
  };

  /** What is kept of an extent, copied to where it belongs. @returns what is left */
  const fromKept = async (target: Uint8Array, wanted: ByteExtent): Promise<ByteExtent[]> => {
    if (!isKeptVersion()) return [wanted];
    const filled: ByteExtent[] = [];
    for (const extent of kept!.extents().filter((extent) => overlap(extent, wanted))) {
      if (filled.length > 0 && uncovered(wanted, filled).length === 0) break;
      const bytes = await kept!.read(extent);
      if (bytes === undefined) continue;
      copyCommon(target, wanted.start, bytes, extent.start);
      filled.push(extent);
    }
    return uncovered(wanted, filled);
  };

  const fromRemote = async (target: Uint8Array, start: number, missing: ByteExtent): Promise<void> => {
    // Found and begun without a pause between: nobody else begins the same.
    const whole = chunks?.widened(missing) ?? missing;
    const under = [...flights].filter((flight) => overlap(flight, whole));
    const flown = [...under, ...uncovered(whole, under).map(flightFor)];
    await Promise.all(flown.map(async (flight) => copyCommon(target, start, await flight.bytes, flight.start)));
  };

  return {
    byteLength,
    async slice(start, end = byteLength) {
      checkRange(start, end, byteLength);
      if (changed !== undefined) throw changed;
      if (start === end) return new Uint8Array(0);
      const target = new Uint8Array(end - start);
      try {
        const missing = await fromKept(target, { start, end });
        await Promise.all(missing.map((extent) => fromRemote(target, start, extent)));
      } catch (error) {
        if (error instanceof VersionChangedError) changed ??= error;
        throw error;
      }
      if (changed !== undefined) throw changed;
      return target;
    },
    get changed() {
      return changed !== undefined;
    },
    get downloadedBytes() {
      return downloadedBytes + (chunks?.downloadedBytes ?? 0);
    },
  };
}
