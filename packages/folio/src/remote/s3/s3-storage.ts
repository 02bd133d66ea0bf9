import { AwsV4Signer } from "aws4fetch";
import { connectionOf, type RemoteConnectOptions } from "../connect-options.js";
import type { RemoteStorage } from "../remote-storage.js";
import { checkedEndpoint, credentialsFrom } from "../service/bucket-credentials.js";
import { type BucketPlace, bucketStorage } from "../service/bucket-storage.js";
import { compactDate } from "../service/compact-date.js";
import { etagConditions, strongEtag, type WritableService } from "../service/object-service.js";
import { textOf } from "../service/xml-text.js";
import { s3Sender } from "./s3-sender.js";

/**
 * A bundle in a bucket of Amazon S3, or of another service that speaks its protocol. Versions are ETags. Conditional writes
 * are known of Amazon's service; of another one they are tried before the first.
 *
 * @throws LarderError `invalid-option`, `incomplete-credentials`
 */
export function s3Storage(place: BucketPlace, options: RemoteConnectOptions = {}): RemoteStorage {
  const connection = connectionOf(options);
  const { env } = connection;
  const [endpoint, source] = endpointOf(options, env);
  const region = options.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? "us-east-1";
  const credentials = credentialsFrom(options, env, {
    accessKeyId: "AWS_ACCESS_KEY_ID",
    secretAccessKey: "AWS_SECRET_ACCESS_KEY",
    sessionToken: "AWS_SESSION_TOKEN",
  });
  const cache = new Map<string, ArrayBuffer>();
  const send = s3Sender({
    connection,
    place,
    endpoint: endpoint === undefined ? undefined : checkedEndpoint(endpoint, source),
    region,
    async sign(method, url, headers, signedRegion) {
      const key = await credentials();
      if (key === undefined) return {};
      const signer = new AwsV4Signer({
        method,
        url: url.href,
        headers,
        accessKeyId: key.accessKeyId,
        secretAccessKey: key.secretAccessKey,
        ...(key.sessionToken !== undefined && { sessionToken: key.sessionToken }),
        service: "s3",
        region: signedRegion,
        cache,
        datetime: compactDate(connection.clock.now()),
      });
      return Object.fromEntries((await signer.sign()).headers);
    },
  });
  const service: WritableService = {
    url: place.url,
    connection,
    send,
    versionOf: strongEtag,
    readConditions: etagConditions,
    writeConditions: (ifVersion) => (ifVersion === null ? { "if-none-match": "*" } : { "if-match": ifVersion }),
    heedsConditions: endpoint === undefined,
    uploadPartBytes: connection.uploadPartBytes,
    keyPrefix: place.prefix === "" ? "" : `${place.prefix}/`,
    accessAdvice:
      "Check the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, or the option 'credentials'), and what they allow. Some services also answer so when there is no such object and it may not be listed.",
  };
  return bucketStorage(service, (xml) => textOf(xml, "ETag"));
}

/** The endpoint, and what it was given by. */
function endpointOf(
  { endpoint }: RemoteConnectOptions,
  env: Readonly<Record<string, string | undefined>>,
): [string | undefined, string] {
  if (endpoint !== undefined) return [endpoint, "endpoint"];
  const variable = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].find((name) => env[name]);
  return variable === undefined ? [undefined, "endpoint"] : [env[variable], variable];
}
