import { connectionOf, type RemoteConnectOptions } from "../connect-options.js";
import type { RemoteStorage } from "../remote-storage.js";
import { s3Sender } from "../s3/s3-sender.js";
import { checkedEndpoint, credentialsFrom } from "../service/bucket-credentials.js";
import { type BucketPlace, bucketStorage } from "../service/bucket-storage.js";
import { compactDate } from "../service/compact-date.js";
import type { WritableService } from "../service/object-service.js";
import { textOf } from "../service/xml-text.js";
import { signGoog4 } from "./sign-goog4.js";

/**
 * A bundle in a bucket of Google Cloud Storage, through its XML API with an HMAC key. Versions are generation numbers,
 * which change with every write, also of the same bytes; conditions are Google's own (`x-goog-if-generation-match`).
 *
 * @throws LarderError `invalid-option`, `incomplete-credentials`
 */
export function gsStorage(place: BucketPlace, options: RemoteConnectOptions = {}): RemoteStorage {
  const connection = connectionOf(options);
  const credentials = credentialsFrom(options, connection.env, {
    accessKeyId: "GS_ACCESS_KEY_ID",
    secretAccessKey: "GS_SECRET_ACCESS_KEY",
  });
  const send = s3Sender({
    connection,
    place,
    endpoint: checkedEndpoint(options.endpoint ?? "https://storage.googleapis.com", "endpoint"),
    region: options.region ?? "auto",
    async sign(method, url, headers, region) {
      const key = await credentials();
      if (key === undefined) return {};
      return signGoog4({ method, url, headers, region, date: compactDate(connection.clock.now()) }, key);
    },
  });
  const service: WritableService = {
    url: place.url,
    connection,
    send,
    versionOf: (headers) => generation(headers.get("x-goog-generation")),
    readConditions: (ifVersion, unlessVersion) => ({
      ...(ifVersion !== undefined && { "x-goog-if-generation-match": ifVersion }),
      ...(unlessVersion !== undefined && { "x-goog-if-generation-not-match": unlessVersion }),
    }),
    // 0 stands for an object that is not there.
    writeConditions: (ifVersion) => ({ "x-goog-if-generation-match": ifVersion ?? "0" }),
    heedsConditions: true,
    uploadPartBytes: connection.uploadPartBytes,
    keyPrefix: place.prefix === "" ? "" : `${place.prefix}/`,
    accessAdvice:
      "Check the HMAC key (GS_ACCESS_KEY_ID, GS_SECRET_ACCESS_KEY, or the option 'credentials'), and what its account may do.",
  };
  return bucketStorage(service, (xml) => generation(textOf(xml, "Generation")));
}

function generation(text: string | null | undefined): string | undefined {
  return text !== null && text !== undefined && /^\d{1,20}$/.test(text) ? text : undefined;
}
