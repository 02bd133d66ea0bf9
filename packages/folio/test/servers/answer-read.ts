import type { Answer, Asked } from "./faulty-server.js";
import type { StoredObject } from "./stored-objects.js";

/** Habits of a server that tells less than it could, or heeds less. */
export interface ReadHabits {
  /** ETags are weak. */
  readonly weakEtags?: boolean;
  readonly noEtags?: boolean;
  /** It answers the whole to a range. */
  readonly ignoreRanges?: boolean;
  /** It pays no attention to If-Match, If-None-Match and If-Range. */
  readonly ignoreConditions?: boolean;
  /** It tells no length, and sends chunks. */
  readonly chunked?: boolean;
  /** It says that bodies are encoded so, and encodes nothing. */
  readonly contentEncoding?: string;
}

/** Answers GET and HEAD as RFC 9110 has it: conditions (13.2.2), then the range (14.2). */
export function answerRead(asked: Asked, object: StoredObject | undefined, habits: ReadHabits = {}): Answer {
  if (object === undefined) return { status: 404, body: "not found" };
  const etag = habits.weakEtags ? `W/${object.etag}` : object.etag;
  const headers: Record<string, string> = {
    "last-modified": new Date(object.modifiedAt).toUTCString(),
    "content-type": object.contentType ?? "application/octet-stream",
    ...(habits.ignoreRanges ? {} : { "accept-ranges": "bytes" }),
    ...(habits.noEtags ? {} : { etag }),
    ...(habits.contentEncoding === undefined ? {} : { "content-encoding": habits.contentEncoding }),
  };
  if (!habits.ignoreConditions) {
    const { "if-match": ifMatch, "if-none-match": ifNoneMatch } = asked.headers;
    // If-Match compares strongly, If-None-Match weakly.
    if (ifMatch !== undefined && ifMatch !== "*" && (habits.weakEtags || !listed(ifMatch).includes(etag))) {
      return { status: 412, headers, body: "precondition failed" };
    }
    if (
      ifNoneMatch !== undefined &&
      (ifNoneMatch === "*" || listed(ifNoneMatch).some((one) => weak(one) === weak(etag)))
    ) {
      return { status: 304, headers };
    }
  }
  const range = habits.ignoreRanges || !heedsRange(asked, etag, habits) ? undefined : asked.headers.range;
  const { bytes } = object;
  if (range === undefined || asked.method === "HEAD") {
    const chunked = habits.chunked === true;
    return { status: 200, headers, body: bytes, chunked };
  }
  const [start, end] = rangeOf(range, bytes.length);
  if (start >= bytes.length) {
    return { status: 416, headers: { "content-range": `bytes */${bytes.length}` }, body: "range not satisfiable" };
  }
  return {
    status: 206,
    headers: { ...headers, "content-range": `bytes ${start}-${end - 1}/${bytes.length}` },
    body: bytes.subarray(start, end),
  };
}

function heedsRange(asked: Asked, etag: string, habits: ReadHabits): boolean {
  const ifRange = asked.headers["if-range"];
  return ifRange === undefined || habits.ignoreConditions === true || ifRange === etag;
}

/** One range; a server may ignore what it does not understand, and this one then answers as if asked for nothing. */
function rangeOf(header: string, length: number): [start: number, end: number] {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? [];
  if (first === "") return [Math.max(0, length - Number(last)), length];
  return [Number(first), last === "" ? length : Math.min(Number(last) + 1, length)];
}

const listed = (header: string) => header.split(",").map((one) => one.trim());
const weak = (etag: string) => etag.replace(/^W\//, "");
