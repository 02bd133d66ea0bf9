import type { RemoteConnectOptions } from "./connect-options.js";
import { parseBundleUrl } from "./remote-path.js";
import type { RemoteStorage } from "./remote-storage.js";

export type { RemoteConnectOptions, RemoteCredentials, RetryOptions } from "./connect-options.js";

/**
 * Opens the storage of a bundle by its address; makes no request. The code of a service is loaded when it is first used.
 *
 * @param url - a path or `file:` URL; `http:` and `https:` (read only); `s3://bucket/prefix`; `gs://bucket/prefix`. User and
 * password of an http address are used for requests and shown nowhere.
 * @throws LarderError `invalid-bundle-url`, `invalid-option`
 */
export async function openRemote(url: string, options: RemoteConnectOptions = {}): Promise<RemoteStorage> {
  const address = parseBundleUrl(url);
  switch (address.scheme) {
    case "file": {
      const { fileStorage } = await import("./file/file-storage.js");
      return fileStorage(address.folder!, options);
    }
    case "s3": {
      const { s3Storage } = await import("./s3/s3-storage.js");
      return s3Storage({ bucket: address.bucket!, prefix: address.prefix!, url: address.url }, options);
    }
    case "gs": {
      const { gsStorage } = await import("./gs/gs-storage.js");
      return gsStorage({ bucket: address.bucket!, prefix: address.prefix!, url: address.url }, options);
    }
    default: {
      const { httpStorage } = await import("./http/http-storage.js");
      return httpStorage(address, options);
    }
  }
}
