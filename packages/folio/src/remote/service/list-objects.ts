import { type RemoteSubject, remoteFailure } from "../remote-failure.js";
import { isRemotePath } from "../remote-path.js";
import type { RemoteObject, RemoteOptions } from "../remote-storage.js";
import { withRetries } from "../with-retries.js";
import { failureOf, serviceCodeOf } from "./answer-failure.js";
import type { WritableService } from "./object-service.js";
import { elementsOf, textOf } from "./xml-text.js";

/**
 * {@link RemoteStorage.list} by ListObjectsV2, a page of up to 1,000 at a time.
 *
 * @param versionIn - the version that the XML of one object tells, if any
 */
export async function* listObjects(
  service: WritableService,
  versionIn: (xml: string) => string | undefined,
  options: RemoteOptions = {},
): AsyncGenerator<RemoteObject> {
  const { signal } = options;
  const subject: RemoteSubject = { url: service.url, doing: "listing" };
  let token: string | undefined;
  do {
    // Names may have characters that XML can't hold, so they are asked for as in a URL.
    const query = {
      "list-type": "2",
      "encoding-type": "url",
      ...(service.keyPrefix !== "" && { prefix: service.keyPrefix }),
      ...(token !== undefined && { "continuation-token": token }),
    };
    const page = await withRetries(
      service.connection,
      async () => {
        const answer = await service.send({ method: "GET", path: undefined, query, subject, signal });
        const text = await longText(answer.body(undefined));
        if (answer.status !== 200 || serviceCodeOf(text) !== undefined) throw failureOf(service, answer, text, subject);
        if (!/<ListBucketResult[\s>]/.test(text) || !text.trimEnd().endsWith("</ListBucketResult>")) {
          throw remoteFailure("remote-failed", subject, "the service answered no list of objects", { status: 200 });
        }
        return text;
      },
      signal,
    );
    const isUrlEncoded = textOf(page, "EncodingType") === "url";
    for (const xml of elementsOf(page, "Contents")) {
      const object = listedObject(xml, service, isUrlEncoded, versionIn);
      if (object !== undefined) yield object;
    }
    const next = textOf(page, "IsTruncated") === "true" ? textOf(page, "NextContinuationToken") : undefined;
    if (next !== undefined && next === token) {
      throw remoteFailure("remote-failed", subject, "the service answers the same page of the list again and again");
    }
    token = next;
  } while (token !== undefined);
}

/** `undefined` for what is no object of the bundle: the marks that some tools leave for folders. */
function listedObject(
  xml: string,
  service: WritableService,
  isUrlEncoded: boolean,
  versionIn: (xml: string) => string | undefined,
): RemoteObject | undefined {
  const told = textOf(xml, "Key");
  const size = textOf(xml, "Size");
  if (told === undefined || size === undefined || !/^\d{1,15}$/.test(size)) return undefined;
  const key = isUrlEncoded ? urlDecoded(told) : told;
  if (key === undefined || !key.startsWith(service.keyPrefix)) return undefined;
  const path = key.slice(service.keyPrefix.length);
  if (!isRemotePath(path)) return undefined;
  const modifiedAt = Date.parse(textOf(xml, "LastModified") ?? "");
  return {
    path,
    byteLength: Number(size),
    version: versionIn(xml),
    ...(Number.isNaN(modifiedAt) ? {} : { modifiedAt }),
  };
}

function urlDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/\+/g, " "));
  } catch {
    return undefined;
  }
}

/** A page of 1,000 objects with long names is some 2 MB. */
async function longText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const longestBytes = 32 * 2 ** 20;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.byteLength;
    if (length > longestBytes) break;
  }
  return Buffer.concat(pieces).toString();
}
