import { createHash } from "node:crypto";
import type { FolioStore } from "../cached/folio-store.js";
import type { ChecksumMismatchError } from "../folio-errors.js";
import type { ItemChunks } from "../manifest/manifest.js";
import type { RemoteStorage } from "../remote/remote-storage.js";
import { fetchRange } from "./fetch-range.js";
import { noChunkList } from "./range-errors.js";

/** The digests of all chunks of an object. */
export interface ChunkList {
  readonly chunkBytes: number;
  /** Bytes that came from the remote so far. */
  readonly downloadedBytes: number;
  /**
   * 32 bytes for each chunk, in order, verified by their checksum in the manifest. Fetched when they are first asked for, unless
   * they are kept.
   *
   * @throws LarderError `no-ranges` when what the bundle has is twice something else, and in strict mode
   *   ChecksumMismatchError at once; VersionChangedError when there is none, or one of another length; RemoteError
   */
  digests(): Promise<Uint8Array>;
}

/** What a list is loaded with. */
export interface ChunkListOptions {
  readonly chunks: ItemChunks;
  /** Of the item, in bytes. */
  readonly byteLength: number;
  /** The bundle, which has the list. */
  readonly remote: RemoteStorage;
  readonly store: FolioStore;
  /** The content id of the item, with whose ranges the list is kept and goes. */
  readonly content: string;
  /** Whether it is kept once it is fetched. */
  readonly keeps: boolean;
  readonly strict: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told of a wrong list that was thrown away. */
  readonly onWrong: (error: ChecksumMismatchError) => void;
  readonly mismatch: (facts: Readonly<Record<string, unknown>>) => ChecksumMismatchError;
  /** Told when it can't be kept. */
  readonly onUnkept: (error: unknown) => void;
}

/** No longer list is read, in bytes: it would be that of 2 TiB in the largest chunks. */
const longestList = 64 * 1024 * 1024;
const digestBytes = 32;

/** The list that a manifest names. */
export function chunkList(options: ChunkListOptions): ChunkList {
  const { chunks, byteLength, remote, store, content, signal } = options;
  const listBytes = Math.ceil(byteLength / chunks.chunkBytes) * digestBytes;
  // A name of its own for each checksum: what is kept is right, or nothing.
  const key = `${content}/chunks/${chunks.checksum}`;
  let downloadedBytes = 0;
  let loading: Promise<Uint8Array> | undefined;

  const checksumOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

  const fromStore = async (): Promise<Uint8Array | undefined> => {
    const bytes = await store.part(key).catch(() => undefined);
    return bytes?.byteLength === listBytes && checksumOf(bytes) === chunks.checksum ? bytes : undefined;
  };

  const fromRemote = async (): Promise<Uint8Array> => {
    const { bytes } = await fetchRange(
      { storage: remote, path: chunks.file },
      { start: 0, end: listBytes },
      {
        version: undefined,
        byteLength: listBytes,
        signal,
        onBytes(count) {
          downloadedBytes += count;
        },
      },
    );
    return bytes;
  };

  const load = async (): Promise<Uint8Array> => {
    const kept = await fromStore();
    if (kept !== undefined) return kept;
    if (listBytes > longestList)
      throw noChunkList(remote.url, chunks.file, `the list is longer than ${longestList} bytes`);
    for (let attempt = 0; attempt < 2; attempt++) {
      const bytes = await fromRemote();
      const actual = checksumOf(bytes);
      if (actual === chunks.checksum) {
        if (options.keeps) await store.putPart(key, bytes, { content, url: remote.url }).catch(options.onUnkept);
        return bytes;
      }
      const error = options.mismatch({ expected: chunks.checksum, actual, algorithm: "sha256", file: chunks.file });
      if (options.strict) throw error;
      options.onWrong(error);
    }
    throw noChunkList(remote.url, chunks.file, "the list is twice not the one that the manifest tells of");
  };

  return {
    chunkBytes: chunks.chunkBytes,
    get downloadedBytes() {
      return downloadedBytes;
    },
    digests() {
      // Also a failure stays: nothing is opened without the list, and what is opened anew asks anew.
      loading ??= load();
      return loading;
    },
  };
}
