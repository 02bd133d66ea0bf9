import { type CachedItem, contentOf } from "../cached/folio-store.js";
import { itemPlace } from "../writing/item-place.js";
import { type DownloadRequest, downloadItem, fetchBytes } from "./download-item.js";
import type { BytesAbout, ItemUse } from "./item-use.js";
import type { ReadingParts } from "./reading-parts.js";

/** What is fetched, and how. */
export interface FetchRequest extends Omit<DownloadRequest, "place" | "keepsBytes" | "force"> {
  /** Whether it is kept in the cache. */
  readonly caches: boolean;
  /** Whether the mode lets it be cached, though it can't be: it is read past the cache then. */
  readonly pastCache: boolean;
  /** Download it although it is here, or in the shared directory. */
  readonly force: boolean;
  /** The object is known to be another than the copy's. */
  readonly objectChanged: boolean;
  /** Larger than what is cached. */
  readonly tooLarge: boolean;
  /** Called when it is neither here nor in the shared directory. */
  readonly onMiss: () => void;
}

/** A value, or a row whose content is in the store. */
export type FetchedItem<Result> =
  | { readonly result: Result; readonly row?: undefined; readonly from: "shared" | "passed" | "stored" }
  | { readonly row: CachedItem; readonly downloaded: boolean };

/**
 * Brings an item from the shared directory, or from the remote: in the way of who uses it, or whole. Content that is here
 * already, with another item, is not asked for.
 *
 * @throws WrongBytesError; ObjectGoneError; RemoteError; the reason of the signal
 */
export async function fetchItem<Result>(
  parts: ReadingParts,
  request: FetchRequest,
  use: ItemUse<Result>,
): Promise<FetchedItem<Result>> {
  const { name, item, caches, force } = request;
  const about: BytesAbout = { kind: item.kind, vouched: contentOf(item) !== undefined };
  const fromShared = async () => {
    const bytes = force ? undefined : await parts.shared?.bytes(name, item);
    return bytes && ({ result: await use.fromBytes(bytes, about), from: "shared" } as const);
  };
  // It is read as a whole there: large items come in pieces where they can.
  const shared = request.tooLarge ? undefined : await fromShared();
  if (shared !== undefined) return shared;
  request.onMiss();
  const place = await itemPlace(parts, name, item);
  if (!force && use.fromRemote !== undefined && !(caches && (await isHere(parts, request)))) {
    const special = await use.fromRemote({ item, place, caches });
    if (special !== undefined) return { result: special, from: "passed" };
  }
  const late = request.tooLarge ? await fromShared() : undefined;
  if (late !== undefined) return late;
  const whole = { ...request, place, force: force || request.objectChanged, keepsBytes: use.keepsBytes };
  if (!caches || request.pastCache) {
    return { result: await use.fromBytes(await fetchBytes(parts, whole), about), from: "passed" };
  }
  const came = await downloadItem(parts, whole);
  return came.row === undefined ? { result: await use.fromBytes(came.bytes, about), from: "stored" } : came;
}

async function isHere({ store, background }: ReadingParts, { item }: FetchRequest): Promise<boolean> {
  const content = contentOf(item);
  return content !== undefined && (await background.tolerated(() => store.hasContent(content))) === true;
}
