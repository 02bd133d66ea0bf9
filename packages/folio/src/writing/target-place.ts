import type { AddOptions } from "../folio.js";
import type { FolioParts, ItemPlace } from "../folio-parts.js";
import { itemsFolder, objectName } from "../manifest/object-path.js";
import type { EncodedItem } from "../values/encode-item.js";
import { itemExtension } from "../values/item-extension.js";
import { type LargePlace, largePlace, placeAt } from "./large-place.js";
import type { MeasuredItem } from "./measure-item.js";

/** Where the bytes of a new item go, and how the manifest names the place. */
export interface TargetPlace extends ItemPlace {
  readonly address: { readonly file: string } | { readonly reference: string };
}

/**
 * Where the bytes of a new item go: into the bundle, or, above the size policy, next to it or where `asReference` says. What the
 * policy decides is told as a warning.
 */
export async function targetPlace(
  parts: FolioParts,
  name: string,
  encoded: EncodedItem,
  { checksum, sizeBytes }: Pick<MeasuredItem, "checksum" | "sizeBytes">,
  options: Pick<AddOptions, "asReference" | "forceInclude">,
): Promise<TargetPlace> {
  const extension = itemExtension(encoded.kind, "file" in encoded ? encoded.file : undefined);
  const object = objectName(name, checksum, extension, parts.random);
  const included = {
    storage: parts.remote,
    path: `${itemsFolder}/${object}`,
    address: { file: `${itemsFolder}/${object}` },
  };
  const { sizeThresholdBytes, defaultAction, warnOnInclude } = parts.settings.largeFilePolicy;
  if (sizeBytes <= sizeThresholdBytes) return included;
  if (defaultAction === "reference" && options.forceInclude !== true) {
    const place = await referenced(parts, name, object, options.asReference);
    if (place !== undefined) {
      warn(
        parts,
        name,
        sizeBytes,
        `is stored next to the bundle, and the bundle refers to it. With 'forceInclude' it is included`,
      );
      return { storage: place.storage, path: place.path, address: { reference: place.reference } };
    }
  }
  if (warnOnInclude) warn(parts, name, sizeBytes, "is included in the bundle, which makes it slow to copy");
  return included;
}

function referenced(
  parts: FolioParts,
  name: string,
  object: string,
  asReference: string | undefined,
): Promise<LargePlace | undefined> {
  return asReference === undefined ? largePlace(parts, name, object) : placeAt(parts, name, asReference);
}

function warn(parts: FolioParts, item: string, sizeBytes: number, what: string): void {
  const { sizeThresholdBytes } = parts.settings.largeFilePolicy;
  parts.onEvent({
    type: "warning",
    code: "large-item",
    item,
    message: `The item ${JSON.stringify(item)} has ${sizeBytes} bytes, more than the ${sizeThresholdBytes} of the policy for large items: it ${what}.`,
    facts: { url: parts.remote.url, sizeBytes, sizeThresholdBytes },
  });
}
