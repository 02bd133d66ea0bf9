import { LarderError } from "@larder/core";
import type { FolioParts, ItemPlace } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { openReference } from "../remote/open-reference.js";
import type { RemoteConnectOptions } from "../remote/open-remote.js";
import { isUnreachable } from "../remote/remote-error.js";
import type { RemoteStorage } from "../remote/remote-storage.js";
import { absoluteReference, objectPathIn, pathOfReference, pathWithin, schemeOf } from "./reference-address.js";

/** Storages that references of a folio were opened with, by the address of the folder. */
const opened = new WeakMap<RemoteStorage, Map<string, RemoteStorage>>();

/**
 * Where an item's bytes are. Makes no request, but for a reference to an object that the bundle itself may have by now: as when
 * it was converted, and the bundle then moved or copied. Storages of references stay open until {@link closeReferences}.
 *
 * @throws LarderError `invalid-reference` for one that leads nowhere, or from a remote bundle to a local file;
 *   `invalid-bundle-url` for an address of an unknown scheme
 */
export async function itemPlace(
  parts: Pick<FolioParts, "remote" | "connect">,
  name: string,
  item: ManifestItem,
): Promise<ItemPlace> {
  if (item.file !== undefined) return { storage: parts.remote, path: item.file };
  if (item.reference === undefined)
    throw new TypeError(`The item ${JSON.stringify(name)} has neither file nor reference.`);
  return (await ownPlace(parts, item.reference)) ?? referencePlace(parts, name, item.reference);
}

/** The object of the bundle itself that a reference from another place means. */
async function ownPlace({ remote }: Pick<FolioParts, "remote">, reference: string): Promise<ItemPlace | undefined> {
  const path = objectPathIn(reference);
  if (path === undefined || pathOfReference(remote.url, reference) !== undefined) return undefined;
  try {
    const object = await remote.head(path);
    return object && { storage: remote, path, object };
  } catch (error) {
    // What it refers to may be elsewhere, and there.
    if (isUnreachable(error)) return undefined;
    throw error;
  }
}

/** Where the data of a reference are. @throws as {@link itemPlace} */
export async function referencePlace(
  parts: Pick<FolioParts, "remote" | "connect">,
  name: string,
  reference: string,
): Promise<ItemPlace> {
  const { url } = parts.remote;
  const address = absoluteReference(url, reference);
  const within = pathWithin(url, address);
  if (within !== undefined) return { storage: parts.remote, path: within };
  if (schemeOf(address) === "file" && schemeOf(url) !== "file") throw localFile(url, name);
  const { storage, path } = await openReference(address, connectFor(parts, address));
  return { storage: keptOpen(parts.remote, storage), path };
}

/** Closes the storages that references of a bundle were opened with. The bundle's own stays open. */
export async function closeReferences(parts: Pick<FolioParts, "remote">): Promise<void> {
  const storages = [...(opened.get(parts.remote)?.values() ?? [])];
  opened.delete(parts.remote);
  await Promise.all(storages.map(async (storage) => storage.close?.()));
}

/** One storage for each folder. */
function keptOpen(remote: RemoteStorage, storage: RemoteStorage): RemoteStorage {
  const storages = opened.get(remote) ?? new Map<string, RemoteStorage>();
  opened.set(remote, storages);
  const known = storages.get(storage.url);
  if (known !== undefined) return known;
  storages.set(storage.url, storage);
  return storage;
}

/**
 * How another address is reached. What was given for the bundle's own service is not shown to another: a manifest must not be
 * able to send credentials where its writer likes.
 */
export function connectFor(parts: Pick<FolioParts, "remote" | "connect">, address: string): RemoteConnectOptions {
  const { headers, credentials, endpoint, region, ...rest } = parts.connect;
  const [own, other] = [parts.remote.url, address];
  return {
    ...rest,
    ...(schemeOf(own) === schemeOf(other) && { credentials, endpoint, region }),
    ...(originOf(own) === originOf(other) && { headers }),
  };
}

/** Scheme and host. */
function originOf(address: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*:\/\/[^/]*)/i.exec(address)?.[1]?.toLowerCase();
}

function localFile(url: string, item: string): LarderError {
  return new LarderError(
    `The item ${JSON.stringify(item)} of ${url} refers to a local file. A bundle from elsewhere may not say which files of this machine are read. Convert the item, or open the bundle by a path.`,
    { code: "invalid-reference", facts: { url, item } },
  );
}
