import { LarderError } from "@larder/core";
import type { AddedItem, AddOptions } from "../folio.js";
import type { FolioParts } from "../folio-parts.js";
import { listedItem } from "../manifest/listed-item.js";
import type { ItemChunks } from "../manifest/manifest.js";
import { guarded } from "../reading/guarded-listener.js";
import type { RemoteObject } from "../remote/remote-storage.js";
import { encodeItem } from "../values/encode-item.js";
import { addReference } from "./add-reference.js";
import { cacheAdded } from "./cache-added.js";
import { checkAddOptions } from "./check-add-options.js";
import { checkWritable } from "./check-writable.js";
import { type MeasuredItem, measureItem } from "./measure-item.js";
import { putItem } from "./put-item.js";
import { storeChunks } from "./store-chunks.js";
import { type TargetPlace, targetPlace } from "./target-place.js";

/**
 * Adds an item to the bundle, in place of one of that name: its bytes become a new object, and the list of a table's chunks another;
 * then the manifest names them, and then the former objects go. Whoever reads meanwhile gets the one or the other.
 *
 * @param name - any Unicode text of 1 to 1,024 bytes
 * @param value - see `encodeItem`; `undefined` with `asReference`, to point at data that are there already
 * @throws LarderError `read-only`, `invalid-item-name`, `invalid-option`, `missing-value`, `unencodable-item`, `file-not-readable`,
 *   `file-changed`, `manifest-contended`; CacheError `offline`; RemoteError
 */
export async function addItem(
  parts: FolioParts,
  name: string,
  value: unknown,
  options: AddOptions = {},
): Promise<AddedItem> {
  checkWritable(parts, "add");
  checkAddOptions(name, value, options);
  if (value === undefined) return addReference(parts, name, options.asReference!, options);
  const { signal } = options;
  // What a listener throws must not leave an object behind that nothing names.
  const onProgress = options.onProgress && guarded(options.onProgress);
  const encoded = await encodeItem(parts.store, value, options.kind);
  const algorithm = options.checksumAlgorithm ?? parts.settings.checksumAlgorithm;
  const measured = await measureItem(encoded, algorithm, signal);
  const target = await targetPlace(parts, name, encoded, measured, options);
  onProgress?.({ item: name, bytes: 0, totalBytes: measured.sizeBytes });
  const object = await send(target, measured, name, signal);
  // At an address that the caller named, what is there is the caller's.
  const own = options.asReference === undefined || "file" in target.address ? [target] : [];
  const chunks = await sendChunks(parts, name, target, own, measured, signal);
  onProgress?.({ item: name, bytes: measured.sizeBytes, totalBytes: measured.sizeBytes });
  const { kind, rows, schema } = encoded;
  const { sizeBytes, checksum, checksumAlgorithm } = measured;
  const facts = {
    kind,
    sizeBytes,
    checksum,
    checksumAlgorithm,
    ...(chunks && { chunks }),
    ...(rows !== undefined && { rows }),
    ...(schema && { schema }),
  };
  const written = chunks === undefined ? own : [...own, { storage: parts.remote, path: chunks.file }];
  const put = await putItem(parts, name, { ...facts, ...target.address }, written, options);
  if (put.isListed) await cacheAdded(parts, name, put, measured, object);
  return { ...listedItem(name, put.item), replaced: put.replaced };
}

async function send(
  target: TargetPlace,
  item: MeasuredItem,
  name: string,
  signal?: AbortSignal,
): Promise<RemoteObject> {
  const object = await target.storage.write!(target.path, item.body, { signal });
  if (await item.isUnchanged()) return object;
  await target.storage.delete?.(target.path).catch(() => false);
  throw new LarderError(
    `The file of the item ${JSON.stringify(name)} was changed while it was sent, so nothing was added. Add it again when nobody writes to it.`,
    { code: "file-changed", facts: { item: name } },
  );
}

/** Stores the list of a table's chunks. When that fails, the item is not added, and its object goes again. */
async function sendChunks(
  parts: FolioParts,
  name: string,
  target: TargetPlace,
  own: readonly TargetPlace[],
  { chunks, checksum }: MeasuredItem,
  signal?: AbortSignal,
): Promise<ItemChunks | undefined> {
  if (chunks === undefined) return undefined;
  try {
    return await storeChunks(parts, { name, checksum, path: target.path }, chunks, signal);
  } catch (error) {
    for (const { storage, path } of own) await storage.delete?.(path).catch(() => false);
    throw error;
  }
}
