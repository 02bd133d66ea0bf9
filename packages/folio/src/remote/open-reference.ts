import { LarderError } from "@larder/core";
import { openRemote, type RemoteConnectOptions } from "./open-remote.js";
import { checkRemotePath, parseBundleUrl } from "./remote-path.js";
import type { RemoteStorage } from "./remote-storage.js";

/**
 * Opens the data that an address of its own points at: the folder above becomes the storage.
 *
 * @param address - as for {@link openRemote}, of one object: `s3://bucket/raw/flights.parquet`
 * @throws LarderError `invalid-bundle-url`, also for an address that names no object
 */
export async function openReference(
  address: string,
  options: RemoteConnectOptions = {},
): Promise<{ readonly storage: RemoteStorage; readonly path: string }> {
  const { scheme } = parseBundleUrl(address);
  const cut = address.lastIndexOf("/");
  const last = address.slice(cut + 1);
  const path =
    scheme === "s3" || scheme === "gs"
      ? last.replace(/%(25|3F|23)/gi, decodeURIComponent)
      : decodedPart(last, scheme, address);
  const parent = cut === -1 ? "." : address.slice(0, cut + 1);
  if (path === "" || /^[a-z][a-z0-9+.-]+:\/*$/i.test(parent)) throw noObject(scheme);
  checkRemotePath(path);
  return { storage: await openRemote(parent, options), path };
}

/** Plain paths are taken as they are. */
function decodedPart(part: string, scheme: string, address: string): string {
  if (!address.toLowerCase().startsWith(`${scheme}:`)) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function noObject(scheme: string): LarderError {
  return new LarderError(
    `The address of the reference, of the scheme '${scheme}', names no object. Give the address of a file, as 's3://bucket/raw/flights.parquet'.`,
    { code: "invalid-bundle-url", facts: { scheme } },
  );
}
