import { encodedPart, encodedPath } from "../remote-path.js";
import type { RemoteStorage } from "../remote-storage.js";
import { listObjects } from "./list-objects.js";
import type { WritableService } from "./object-service.js";
import { headObject, readObject } from "./read-object.js";
import { deleteObject, writeObject } from "./write-object.js";

/** Where in which bucket a bundle is. */
export interface BucketPlace {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** Canonical address. */
  readonly url: string;
}

/** The storage of a bundle in a bucket, over a service that speaks as S3 does. */
export function bucketStorage(service: WritableService, versionIn: (xml: string) => string | undefined): RemoteStorage {
  return {
    url: service.url,
    abilities: {
      write: true,
      list: true,
      ranges: true,
      conditionalWrites: service.heedsConditions ? true : "probe",
    },
    head: (path, options) => headObject(service, path, options),
    read: (path, options) => readObject(service, path, options),
    write: (path, body, options) => writeObject(service, path, body, options),
    delete: (path, options) => deleteObject(service, path, options),
    list: (options) => listObjects(service, versionIn, options),
  };
}

/** The address of an object, or of the bucket, with its query. Values are escaped as signatures need it. */
export function bucketUrl(base: string, key: string | undefined, query: Readonly<Record<string, string>> = {}): URL {
  const pairs = Object.entries(query).map(([name, value]) => `${encodedPart(name)}=${encodedPart(value)}`);
  const path = key === undefined ? "/" : `/${encodedPath(key)}`;
  return new URL(`${base}${path}${pairs.length === 0 ? "" : `?${pairs.sort().join("&")}`}`);
}
