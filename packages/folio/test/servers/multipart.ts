import { createHash } from "node:crypto";
import type { Answer, Asked } from "./faulty-server.js";
import type { StoredObjects } from "./stored-objects.js";
import { xmlError } from "./xml-error.js";

/** Parts by their number, of uploads by their id. */
export type Uploads = Map<string, { readonly path: string; readonly parts: Map<number, Buffer> }>;

let lastId = 0;

/** Answers what belongs to an upload in parts; `undefined` for all else. */
export function answerMultipart(asked: Asked, objects: StoredObjects, uploads: Uploads): Answer | undefined {
  const { method, path, query, body } = asked;
  if (method === "POST" && query.has("uploads")) {
    const id = `upload/${++lastId}+x`;
    uploads.set(id, { path, parts: new Map() });
    return {
      status: 200,
      body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    };
  }
  const id = query.get("uploadId");
  if (id === null) return undefined;
  const upload = uploads.get(id);
  if (upload?.path !== path) return xmlError(404, "NoSuchUpload");
  if (method === "DELETE") {
    uploads.delete(id);
    return { status: 204 };
  }
  if (method === "PUT") {
    const md5 = createHash("md5").update(body);
    if (asked.headers["content-md5"] !== md5.copy().digest("base64")) return xmlError(400, "BadDigest");
    upload.parts.set(Number(query.get("partNumber")), body);
    return { status: 200, headers: { etag: `"${md5.digest("hex")}"` } };
  }
  const told = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag>/g)];
  const parts = told.map(([, number, etag]) => {
    const part = upload.parts.get(Number(number));
    return part !== undefined && `"${createHash("md5").update(part).digest("hex")}"` === etag ? part : undefined;
  });
  if (parts.length === 0 || parts.includes(undefined)) return xmlError(400, "InvalidPart");
  objects.put(path, Buffer.concat(parts as Buffer[]));
  uploads.delete(id);
  return { status: 200, body: "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>" };
}
