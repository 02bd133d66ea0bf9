import { LarderError } from "@larder/core";
import type { AddedItem, AddOptions } from "../folio.js";
import type { FolioParts } from "../folio-parts.js";
import { listedItem } from "../manifest/listed-item.js";
import { isUnreachable } from "../remote/remote-error.js";
import type { RemoteObject } from "../remote/remote-storage.js";
import { kindByExtension } from "../values/item-extension.js";
import { referencePlace } from "./item-place.js";
import { putItem } from "./put-item.js";

/**
 * Adds an item that points at data which are there already. They are looked for; where they can't be reached from here, that is a
 * warning only, for readers may be elsewhere. They have no checksum until they are converted.
 *
 * @throws LarderError `reference-not-found`; as `addItem`
 */
export async function addReference(
  parts: FolioParts,
  name: string,
  reference: string,
  options: AddOptions,
): Promise<AddedItem> {
  const object = await lookFor(parts, name, reference, options.signal);
  const kind = options.kind ?? kindByExtension(reference);
  const facts = { kind, reference, ...(object && { sizeBytes: object.byteLength }) };
  const { item, replaced } = await putItem(parts, name, facts, [], options);
  return { ...listedItem(name, item), replaced };
}

async function lookFor(
  parts: FolioParts,
  name: string,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<RemoteObject | undefined> {
  const { storage, path } = await referencePlace(parts, name, reference);
  try {
    const object = await storage.head(path, { signal });
    if (object !== undefined) return object;
  } catch (cause) {
    if (!isUnreachable(cause) && !LarderError.isInstance(cause, "remote-refused")) throw cause;
    parts.onEvent({
      type: "warning",
      code: "reference-unchecked",
      item: name,
      message: `The data that the item ${JSON.stringify(name)} refers to can't be reached from here, so it is not known whether they are there.`,
      facts: { url: parts.remote.url, reference },
      cause,
    });
    return undefined;
  }
  throw referenceNotFound(parts.remote.url, name, reference);
}

/** There is nothing at the address of a reference. */
export function referenceNotFound(url: string, item: string, reference: string): LarderError {
  return new LarderError(
    `The item ${JSON.stringify(item)} of ${url} can't refer to ${reference}: there is nothing. Check the address, and store the data first.`,
    { code: "reference-not-found", facts: { url, item, reference } },
  );
}
