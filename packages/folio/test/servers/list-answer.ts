import type { Answer, Asked } from "./faulty-server.js";
import type { S3ServerOptions } from "./s3-server.js";
import type { StoredObjects } from "./stored-objects.js";
import { xmlError } from "./xml-error.js";

/** ListObjectsV2: keys in the order of their UTF-8, a page at a time. */
export function listAnswer(asked: Asked, objects: StoredObjects, bucket: string, options: S3ServerOptions): Answer {
  const { query } = asked;
  if (asked.method !== "GET" || query.get("list-type") !== "2") return xmlError(501, "NotImplemented");
  const prefix = query.get("prefix") ?? "";
  const token = query.get("continuation-token");
  // Opaque to clients.
  const after = token === null ? undefined : Buffer.from(token, "base64").toString();
  const pageSize = Math.min(Number(query.get("max-keys") ?? 1000), options.pageSize ?? 1000);
  const keys = [...objects.keys()]
    .filter((path) => path.startsWith(`${bucket}/${prefix}`))
    .map((path) => path.slice(bucket.length + 1))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .filter((key) => after === undefined || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0);
  const page = keys.slice(0, pageSize);
  const isUrl = query.get("encoding-type") === "url";
  const shown = (key: string) => (isUrl ? encodeURIComponent(key).replace(/%20/g, "+").replace(/%2F/g, "/") : xml(key));
  const contents = page.map((key) => {
    const { bytes, etag, generation, modifiedAt } = objects.get(`${bucket}/${key}`)!;
    const google =
      options.dialect === "gs" ? `<Generation>${generation}</Generation><MetaGeneration>1</MetaGeneration>` : "";
    return `<Contents><Key>${shown(key)}</Key>${google}<LastModified>${new Date(modifiedAt).toISOString()}</LastModified><ETag>${xml(etag)}</ETag><Size>${bytes.byteLength}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const isTruncated = keys.length > page.length;
  const next = isTruncated
    ? `<NextContinuationToken>${Buffer.from(page.at(-1)!).toString("base64")}</NextContinuationToken>`
    : "";
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${shown(prefix)}</Prefix><KeyCount>${page.length}</KeyCount>${isUrl ? "<EncodingType>url</EncodingType>" : ""}<IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function xml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
}
