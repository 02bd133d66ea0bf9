import { LarderError, type TableHandle } from "@larder/core";
import { contentOf } from "../cached/folio-store.js";
import type { FolioParts, ItemPlace } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import type { RemoteObject } from "../remote/remote-storage.js";
import type { ChunkVerifier } from "./chunk-verifier.js";
import { itemChunks } from "./item-chunks.js";
import { type KeptRanges, keptRanges } from "./kept-ranges.js";
import { noRanges, VersionChangedError } from "./range-errors.js";
import { type RangedSource, rangedSource } from "./ranged-source.js";

/** How a remote table is read by ranges. */
export interface RangedTableOptions {
  /** Ranges with at most so many bytes between them are fetched as one. Default 4096. */
  readonly gapBytes?: number | undefined;
  /** Keep what is fetched. Default: as the settings say. */
  readonly keeps?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A remote table, of one version. */
export interface OpenedRanges {
  readonly source: RangedSource;
  readonly handle: TableHandle;
  /** Tells what was downloaded since it was last told. */
  report(): void;
  /** Forgets what is kept of this version, and closes it. */
  giveUp(): Promise<void>;
}

/** The end of the file that is fetched first: the footer of most files, and little beside it. */
const tailBytes = 1 << 16;

/**
 * Opens one version, and reads its end.
 *
 * @throws VersionChangedError; LarderError `no-ranges`; RemoteError
 */
export async function openRanges(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  place: ItemPlace,
  { gapBytes = 4096, keeps = keepsBySettings(parts), signal }: RangedTableOptions,
): Promise<OpenedRanges> {
  const { storage, path } = place;
  if (!storage.abilities.ranges) throw noRanges(storage.url, path, "the storage reads no ranges");
  const content = contentOf(item);
  // Without a checksum, only the version says which bytes they are: it must be known before any kept range is used.
  const object =
    place.object ?? (content === undefined || item.sizeBytes === undefined ? await head(place, signal) : undefined);
  if (object !== undefined && object.version === undefined) {
    throw noRanges(storage.url, path, "the service tells no version");
  }
  const byteLength = item.sizeBytes ?? object!.byteLength;
  if (object !== undefined && object.byteLength !== byteLength) {
    throw new VersionChangedError(storage.url, path, `it has ${object.byteLength} bytes instead of ${byteLength}`);
  }
  const onUnkept = once((error: unknown) => unkept(parts, name, error));
  const chunks = itemChunks(parts, name, item, { keeps, signal, onUnkept });
  const kept = await openKept(parts, place, {
    content: content ?? `version:${byteLength}:${object!.version!}`,
    chunks,
    onUnkept,
  });
  const pinned = kept?.pin?.byteLength === byteLength ? kept.pin.version : undefined;
  const source = rangedSource({
    place,
    byteLength,
    version: object?.version ?? pinned,
    kept,
    chunks,
    keeps,
    signal,
    onUnkept,
  });
  const handle = parts.store.openTable(await withTail(source, kept), {
    gapBytes,
    trust: content === undefined ? "foreign" : "own",
  });
  return openedRanges(parts, name, { source, handle, kept });
}

interface KeptOptions {
  readonly content: string;
  readonly chunks: ChunkVerifier | undefined;
  readonly onUnkept: (error: unknown) => void;
}

async function openKept(
  { store, settings, remote }: FolioParts,
  { storage, path }: ItemPlace,
  { content, chunks, onUnkept }: KeptOptions,
): Promise<KeptRanges | undefined> {
  const { chunkSizeBytes } = settings;
  const { chunkBytes = 1 } = chunks ?? {};
  const place = `${storage.url}/${path}`;
  // Pieces of whole chunks.
  const mostBytes = Math.max(chunkBytes, chunkSizeBytes - (chunkSizeBytes % chunkBytes));
  try {
    return await keptRanges({ store, url: remote.url, content, place, mostBytes, isRight: chunks?.isRight });
  } catch (error) {
    onUnkept(error);
    return undefined;
  }
}

function once(tell: (error: unknown) => void): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (!told) tell(error);
    told = true;
  };
}

async function head({ storage, path }: ItemPlace, signal: AbortSignal | undefined): Promise<RemoteObject> {
  const found = await storage.head(path, { signal });
  if (found === undefined) throw new VersionChangedError(storage.url, path, "it is gone");
  return found;
}

/** The end of the file is read now: it shows whether ranges can be had, and of which version. */
async function withTail(source: RangedSource, kept: KeptRanges | undefined): Promise<RangedSource> {
  const start = Math.max(0, source.byteLength - tailBytes);
  let tail: Uint8Array | undefined;
  try {
    tail = await source.slice(start, source.byteLength);
  } catch (error) {
    if (source.changed) await kept?.drop().catch(() => {});
    throw error;
  }
  return {
    byteLength: source.byteLength,
    async slice(from, end = source.byteLength) {
      // Asked for once, at the beginning; not held longer than that.
      if (from !== start || end !== source.byteLength || tail === undefined) return source.slice(from, end);
      const bytes = tail;
      tail = undefined;
      return bytes;
    },
    get changed() {
      return source.changed;
    },
    get downloadedBytes() {
      return source.downloadedBytes;
    },
  };
}

function openedRanges(
  { remote, store, clock, onEvent }: FolioParts,
  item: string,
  {
    source,
    handle,
    kept,
  }: { readonly source: RangedSource; readonly handle: TableHandle; readonly kept: KeptRanges | undefined },
): OpenedRanges {
  let told = 0;
  let toldAt = clock.monotonic();
  return {
    source,
    handle,
    report() {
      const bytes = source.downloadedBytes - told;
      const seconds = (clock.monotonic() - toldAt) / 1000;
      told = source.downloadedBytes;
      toldAt = clock.monotonic();
      if (bytes === 0) return;
      store.count(remote.url, { downloads: 1, downloadedBytes: bytes });
      onEvent({ type: "download", url: remote.url, item, bytes, seconds });
    },
    async giveUp() {
      await kept?.drop().catch(() => {});
      await handle.close();
    },
  };
}

function keepsBySettings({ settings }: FolioParts): boolean {
  const { enabled, cacheMode } = settings;
  return enabled && (cacheMode === "read-write" || cacheMode === "write-through");
}

function unkept({ remote, onEvent }: FolioParts, item: string, cause: unknown): void {
  const code = LarderError.isInstance(cause) ? cause.code : "unknown error";
  onEvent({
    type: "warning",
    code: "not-cached",
    message: `Ranges of ${JSON.stringify(item)} of ${remote.url} could not be kept in the cache (${code}): they are read from the remote each time.`,
    item,
    facts: { url: remote.url, reason: code },
  });
}
