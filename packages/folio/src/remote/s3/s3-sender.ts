import { LarderError } from "@larder/core";
import type { Connection } from "../connect-options.js";
import { remoteFailure } from "../remote-failure.js";
import { type BucketPlace, bucketUrl } from "../service/bucket-storage.js";
import type { HttpAnswer } from "../service/http-answer.js";
import { exchange } from "../service/http-exchange.js";
import type { ServiceRequest } from "../service/object-service.js";
import { textOf } from "../service/xml-text.js";

/** What requests to S3 are made of. */
export interface S3SenderMeans {
  readonly connection: Connection;
  readonly place: BucketPlace;
  /** `undefined`: Amazon's, which is found by region and bucket. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** All headers to send with what is signed; none where there are no credentials. */
  readonly sign: (
    method: string,
    url: URL,
    headers: Readonly<Record<string, string>>,
    region: string,
  ) => Promise<Readonly<Record<string, string>>>;
}

/** Proxies may change these on the way, and a signature over them would then be wrong. */
const unsigned: ReadonlySet<string> = new Set(["accept-encoding", "range", "content-type"]);

/**
 * Sends requests to S3. A service which says that the bucket is in another region is asked there, and from then on; one
 * which sends elsewhere within Amazon (307, for young buckets) is followed once.
 */
export function s3Sender(means: S3SenderMeans): (request: ServiceRequest) => Promise<HttpAnswer> {
  const { connection, place, endpoint } = means;
  let { region } = means;

  async function sendTo(base: string, request: ServiceRequest): Promise<HttpAnswer> {
    const { method, path, query, headers = {}, body, subject, signal } = request;
    const url = bucketUrl(base, path === undefined ? undefined : keyOf(place, path), query);
    const toSign = Object.fromEntries(Object.entries(headers).filter(([name]) => !unsigned.has(name)));
    const signed = await means.sign(method, url, toSign, region).catch((error: unknown) => {
      signal?.throwIfAborted();
      if (LarderError.isInstance(error)) throw error;
      // Of the function that gives credentials. What it says may hold them.
      throw remoteFailure(
        "remote-refused",
        subject,
        "the credentials could not be had from the function that gives them",
      );
    });
    return exchange(connection, { method, url, headers: { ...headers, ...signed }, body, subject, signal });
  }

  return async (request) => {
    const answer = await sendTo(baseOf(endpoint, place.bucket, region), request);
    if (answer.status === 307 && endpoint === undefined) {
      const base = amazonBase(answer.headers.get("location"), place.bucket);
      if (base === undefined) return answer;
      await answer.discard();
      return sendTo(base, request);
    }
    const told = await otherRegion(answer, region);
    if (told.region === undefined) return told.answer;
    region = told.region;
    return sendTo(baseOf(endpoint, place.bucket, region), request);
  };
}

function keyOf({ prefix }: BucketPlace, path: string): string {
  return prefix === "" ? path : `${prefix}/${path}`;
}

/** With the bucket in the name of the host, as Amazon wants it, unless a certificate would not cover that. */
function baseOf(endpoint: string | undefined, bucket: string, region: string): string {
  if (endpoint !== undefined) return `${endpoint}/${bucket}`;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const host = `s3.${region}.${domain}`;
  return /^[a-z0-9-]+$/.test(bucket) ? `https://${bucket}.${host}` : `https://${host}/${bucket}`;
}

function amazonBase(location: string | null, bucket: string): string | undefined {
  if (location === null || !URL.canParse(location)) return undefined;
  const { protocol, hostname, origin } = new URL(location);
  if (protocol !== "https:" || !/\.amazonaws\.com(\.cn)?$/.test(hostname)) return undefined;
  return hostname.startsWith(`${bucket}.`) ? origin : `${origin}/${bucket}`;
}

/** The region that a refusal names. Its body is read for that, and can be read again. */
async function otherRegion(
  answer: HttpAnswer,
  region: string,
): Promise<{ readonly answer: HttpAnswer; readonly region?: string }> {
  if (![301, 400, 403].includes(answer.status)) return { answer };
  const text = await answer.text();
  const told = answer.headers.get("x-amz-bucket-region") ?? textOf(text, "Region");
  const again: HttpAnswer = { ...answer, body: () => piecesOf(text), text: async () => text, discard: async () => {} };
  const isOther = told !== null && told !== undefined && told !== region && /^[a-z0-9-]{2,40}$/.test(told);
  return isOther ? { answer: again, region: told } : { answer: again };
}

async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
