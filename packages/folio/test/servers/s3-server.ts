import { createHash } from "node:crypto";
import { answerRead } from "./answer-read.js";
import { type Answer, type Asked, type FaultyServer, faultyServer } from "./faulty-server.js";
import { listAnswer } from "./list-answer.js";
import { answerMultipart, type Uploads } from "./multipart.js";
import { type StoredObject, type StoredObjects, storedObjects } from "./stored-objects.js";
import { amazonScheme, googleScheme, type Refusal, verifySignature } from "./verify-signature.js";
import { xmlError } from "./xml-error.js";

export interface S3ServerOptions {
  /** Default `s3`. `gs`: the XML API of Google Cloud Storage, with its signatures, generations and conditions. */
  readonly dialect?: "s3" | "gs";
  /** Default `lab`. */
  readonly bucket?: string;
  /** Default `us-east-1`; of `gs`: `auto`. */
  readonly region?: string;
  readonly sessionToken?: string;
  /** Requests need no signature. */
  readonly anonymous?: boolean;
  /** `false`: they are answered 501, as by OpenStack Swift; `"ignored"`: as if there were none. */
  readonly conditionalWrites?: boolean | "ignored";
  /** Objects on a page of a list; default 1,000. */
  readonly pageSize?: number;
}

/** A server that speaks the protocol of S3 (path style), or Google's variant: signatures are verified, objects are in memory. */
export interface S3Server extends FaultyServer {
  /** By `<bucket>/<key>`. */
  readonly objects: StoredObjects;
  /** Uploads in parts that were begun and not ended. */
  readonly uploads: Uploads;
  /** For `openRemote`: address of a bundle with this prefix, and the options that reach it. */
  readonly url: string;
  readonly connect: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string;
    };
    readonly env: Readonly<Record<string, string>>;
  };
  /** @param path - within the bundle */
  put(path: string, content: Uint8Array | string): StoredObject;
  remove(path: string): boolean;
}

const prefix = "bundles/one";

/** Starts it on a free port of the loopback. */
export async function s3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const { dialect = "s3", bucket = "lab", sessionToken } = options;
  const region = options.region ?? (dialect === "gs" ? "auto" : "us-east-1");
  const key = { accessKeyId: "TESTKEY", secretAccessKey: "a/secret+that=is&odd" };
  const objects = storedObjects();
  const uploads: Uploads = new Map();
  const server = await faultyServer((asked) => {
    const scheme = dialect === "gs" ? googleScheme : amazonScheme;
    const refusal = options.anonymous ? undefined : verifySignature(asked, { ...key, sessionToken, region }, scheme);
    if (refusal !== undefined) return xmlError(refusal.status, refusal.code, refusal.extra);
    const [asksFor] = asked.path.split("/", 1);
    if (asksFor !== bucket) return xmlError(404, "NoSuchBucket");
    const objectKey = asked.path.slice(bucket.length + 1);
    const multipart = answerMultipart(asked, objects, uploads);
    if (multipart !== undefined) return multipart;
    if (objectKey === "") return listAnswer(asked, objects, bucket, options);
    return answerObject(asked, objects, options);
  });
  return Object.assign(server, {
    objects,
    uploads,
    url: `${dialect}://${bucket}/${prefix}`,
    connect: {
      endpoint: server.origin,
      region,
      credentials: { ...key, ...(sessionToken !== undefined && { sessionToken }) },
      env: {},
    },
    put: (path: string, content: Uint8Array | string) => objects.put(`${bucket}/${prefix}/${path}`, content),
    remove: (path: string) => objects.delete(`${bucket}/${prefix}/${path}`),
  });
}

function answerObject(asked: Asked, objects: StoredObjects, options: S3ServerOptions): Answer {
  const object = objects.get(asked.path);
  switch (asked.method) {
    case "GET":
    case "HEAD":
      return answerGet(asked, object, options);
    case "PUT":
      return answerPut(asked, objects, object, options);
    case "DELETE":
      if (options.dialect === "gs" && object === undefined) return xmlError(404, "NoSuchKey");
      objects.delete(asked.path);
      return { status: 204 };
    default:
      return xmlError(405, "MethodNotAllowed");
  }
}

function answerGet(asked: Asked, object: StoredObject | undefined, { dialect }: S3ServerOptions): Answer {
  if (object === undefined) return xmlError(404, "NoSuchKey");
  const generation = String(object.generation);
  const { "x-goog-if-generation-match": match, "x-goog-if-generation-not-match": notMatch } = asked.headers;
  if (dialect === "gs" && match !== undefined && match !== generation) return xmlError(412, "PreconditionFailed");
  if (dialect === "gs" && notMatch === generation) return { status: 304 };
  const answer = answerRead(asked, object);
  const headers = { ...answer.headers, ...(dialect === "gs" && { "x-goog-generation": generation }) };
  if (answer.status === 412) return xmlError(412, "PreconditionFailed");
  if (answer.status === 416) return { ...xmlError(416, "InvalidRange"), headers };
  return { ...answer, headers };
}

function answerPut(
  asked: Asked,
  objects: StoredObjects,
  object: StoredObject | undefined,
  options: S3ServerOptions,
): Answer {
  const refusal = options.dialect === "gs" ? googleCondition(asked, object) : amazonCondition(asked, object, options);
  if (refusal !== undefined) return xmlError(refusal.status, refusal.code);
  const md5 = asked.headers["content-md5"];
  if (md5 !== undefined && md5 !== createHash("md5").update(asked.body).digest("base64"))
    return xmlError(400, "BadDigest");
  const { etag, generation } = objects.put(asked.path, asked.body, { contentType: asked.headers["content-type"] });
  const headers = { etag, ...(options.dialect === "gs" && { "x-goog-generation": String(generation) }) };
  return { status: 200, headers };
}

function amazonCondition(
  asked: Asked,
  object: StoredObject | undefined,
  { conditionalWrites = true }: S3ServerOptions,
): Refusal | undefined {
  const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = asked.headers;
  if (conditionalWrites === "ignored" || (ifMatch === undefined && ifNoneMatch === undefined)) return undefined;
  if (!conditionalWrites || (ifNoneMatch !== undefined && ifNoneMatch !== "*"))
    return { status: 501, code: "NotImplemented" };
  if (ifNoneMatch !== undefined && object !== undefined) return { status: 412, code: "PreconditionFailed" };
  if (ifMatch === undefined) return undefined;
  if (object === undefined) return { status: 404, code: "NoSuchKey" };
  return object.etag === ifMatch ? undefined : { status: 412, code: "PreconditionFailed" };
}

function googleCondition(asked: Asked, object: StoredObject | undefined): Refusal | undefined {
  const match = asked.headers["x-goog-if-generation-match"];
  if (match === undefined || match === String(object?.generation ?? 0)) return undefined;
  return { status: 412, code: "PreconditionFailed" };
}
