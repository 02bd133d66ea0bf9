import type { ItemPlace } from "../folio-parts.js";
import { isUnreachable, RemoteError } from "../remote/remote-error.js";
import type { RemoteRead } from "../remote/remote-storage.js";
import type { ByteExtent } from "./byte-extents.js";
import { noRanges, VersionChangedError } from "./range-errors.js";

/** Which object ranges are read of: all of them have this version, and it has so many bytes. */
export interface RangePin {
  readonly version: string;
  readonly byteLength: number;
}

/** What a range is fetched with. */
export interface FetchRangeOptions {
  /** `undefined`: of whatever object is there; its length must be `byteLength`. */
  readonly version: string | undefined;
  readonly byteLength: number;
  readonly signal?: AbortSignal | undefined;
  /** Told of all bytes that arrive, also those of an answer that broke off. */
  readonly onBytes?: ((count: number) => void) | undefined;
}

/** So many answers may break off, one after the other, before the reading fails. */
const mostCuts = 4;

/**
 * Fetches exactly these bytes, of one version. An answer that breaks off is continued where it stopped.
 *
 * @throws VersionChangedError; LarderError `no-ranges`; RemoteError
 */
export async function fetchRange(
  { storage, path }: ItemPlace,
  { start, end }: ByteExtent,
  { byteLength, signal, onBytes, ...options }: FetchRangeOptions,
): Promise<{ readonly bytes: Uint8Array; readonly version: string }> {
  const bytes = new Uint8Array(end - start);
  let { version } = options;
  let length = 0;
  for (let cuts = 0; ; cuts++) {
    const at = start + length;
    const read = await storage.read(path, { start: at, end, ifVersion: version, signal });
    version = checked(read, { at, end, byteLength, version });
    const { body } = read as Extract<RemoteRead, { readonly status: "found" }>;
    try {
      for await (const chunk of body) {
        onBytes?.(chunk.byteLength);
        if (length + chunk.byteLength > bytes.byteLength) throw wrongLength(length + chunk.byteLength);
        bytes.set(chunk, length);
        length += chunk.byteLength;
      }
    } catch (error) {
      if (!isUnreachable(error) || cuts >= mostCuts) throw error;
    }
    if (length === bytes.byteLength) return { bytes, version };
    if (cuts >= mostCuts) throw wrongLength(length);
    signal?.throwIfAborted();
  }

  function wrongLength(got: number): RemoteError {
    return new RemoteError(
      `${storage.url} answered ${got} bytes where ${bytes.byteLength} of ${path} were asked for. Try again later.`,
      { code: "remote-failed", facts: { url: storage.url, path, start, end, got } },
    );
  }

  /** The version of what was answered, if it is of the object and the range that were asked for. */
  function checked(
    read: RemoteRead,
    asked: {
      readonly at: number;
      readonly end: number;
      readonly byteLength: number;
      readonly version: string | undefined;
    },
  ): string {
    const { url } = storage;
    if (read.status !== "found") {
      throw new VersionChangedError(url, path, read.status === "absent" ? "it is gone" : "it has another version");
    }
    const { object, body } = read;
    const refuse = (error: Error): never => {
      // Nobody reads on: the connection is given back. What that says does not matter.
      void Promise.resolve(body[Symbol.asyncIterator]().return?.()).catch(() => {});
      throw error;
    };
    if (object.version === undefined) return refuse(noRanges(url, path, "the service tells no version"));
    if (asked.version !== undefined && object.version !== asked.version) {
      return refuse(new VersionChangedError(url, path, "it has another version"));
    }
    if (object.byteLength !== asked.byteLength) {
      const reason = `it has ${object.byteLength} bytes instead of ${asked.byteLength}`;
      return refuse(new VersionChangedError(url, path, reason));
    }
    if (read.start !== asked.at || read.end !== asked.end) {
      return refuse(noRanges(url, path, "the service answers other ranges than are asked for"));
    }
    return object.version;
  }
}
