import { checkRange } from "../check-range.js";
import { type RemoteSubject, remoteFailure } from "../remote-failure.js";
import { checkRemotePath } from "../remote-path.js";
import type { ReadOptions, RemoteObject, RemoteOptions, RemoteRead } from "../remote-storage.js";
import { withRetries } from "../with-retries.js";
import { answerFailure } from "./answer-failure.js";
import type { HttpAnswer } from "./http-answer.js";
import type { ObjectService } from "./object-service.js";

/** A body without a length is read into memory first, up to this size: only so the length can be told. */
const longestWithoutLength = 64 * 2 ** 20;

/** {@link RemoteStorage.head} of a service over HTTP. */
export async function headObject(
  service: ObjectService,
  path: string,
  options: RemoteOptions = {},
): Promise<RemoteObject | undefined> {
  checkRemotePath(path);
  const looked = await look(service, path, options);
  return looked.status === "found" ? looked.object : undefined;
}

/** {@link RemoteStorage.read} of a service over HTTP. */
export async function readObject(service: ObjectService, path: string, options: ReadOptions = {}): Promise<RemoteRead> {
  checkRemotePath(path);
  const { start = 0, end, ifVersion, unlessVersion, signal } = options;
  checkRange(start, end);
  // HTTP can't ask for no bytes.
  if (end !== undefined && start >= end) return nothingOf(await look(service, path, options), start);
  const subject: RemoteSubject = { url: service.url, path, doing: "reading" };
  const ranged = start > 0 || end !== undefined;
  const headers = {
    // Of a range, `fetch` asks so by itself.
    ...(!ranged && { "accept-encoding": "identity" }),
    ...service.readConditions(ifVersion, unlessVersion),
    ...(ranged && { range: `bytes=${start}-${end === undefined ? "" : end - 1}` }),
  };
  const read = await withRetries(
    service.connection,
    async () => {
      const answer = await service.send({ method: "GET", path, headers, subject, signal });
      if (answer.status === 416 && ranged) {
        await answer.discard();
        return undefined;
      }
      const settled = await settle(service, answer, subject, options);
      if (settled !== undefined) return settled;
      return foundIn(service, answer, subject, ranged ? { start, end } : undefined, signal);
    },
    signal,
  );
  return read ?? nothingOf(await look(service, path, options), start);
}

type Looked =
  | { readonly status: "found"; readonly object: RemoteObject }
  | Exclude<RemoteRead, { readonly status: "found" }>;

async function look(service: ObjectService, path: string, options: ReadOptions): Promise<Looked> {
  const { ifVersion, unlessVersion, signal } = options;
  const subject: RemoteSubject = { url: service.url, path, doing: "reading" };
  const headers = { "accept-encoding": "identity", ...service.readConditions(ifVersion, unlessVersion) };
  const looked = await withRetries(
    service.connection,
    async (): Promise<Looked | undefined> => {
      const answer = await service.send({ method: "HEAD", path, headers, subject, signal });
      if (answer.status === 405 || answer.status === 501) return undefined;
      const settled = await settle(service, answer, subject, options);
      if (settled !== undefined) return settled;
      const byteLength = lengthIn(answer);
      await answer.discard();
      return byteLength === undefined
        ? undefined
        : { status: "found", object: objectIn(service, answer, path, byteLength) };
    },
    signal,
  );
  if (looked !== undefined) return looked;
  // Who tells no length, or does not know HEAD, is asked for the whole, and not listened to.
  const read = await readObject(service, path, { ifVersion, unlessVersion, signal });
  if (read.status === "found") await read.body[Symbol.asyncIterator]().return?.();
  return read;
}

/** What an answer says that has no object in it; `undefined`: it has one. */
async function settle(
  service: ObjectService,
  answer: HttpAnswer,
  subject: RemoteSubject,
  { ifVersion, unlessVersion }: ReadOptions,
): Promise<Exclude<RemoteRead, { readonly status: "found" }> | undefined> {
  const { status } = answer;
  const discarded = async <Status extends "absent" | "unchanged" | "changed">(status: Status) => {
    await answer.discard();
    return { status };
  };
  if (status === 304 && unlessVersion !== undefined) return discarded("unchanged");
  if (status === 412 && ifVersion !== undefined) return discarded("changed");
  if (status === 404 || status === 410) {
    const failure = await answerFailure(service, answer, subject);
    if (failure.facts.serviceCode === "NoSuchBucket") throw failure;
    return { status: "absent" };
  }
  if (status !== 200 && status !== 206) throw await answerFailure(service, answer, subject);
  // A service may pay no attention to conditions; what it answers tells all the same.
  const version = service.versionOf(answer.headers);
  if (ifVersion !== undefined && version !== ifVersion) return discarded("changed");
  if (unlessVersion !== undefined && version === unlessVersion) return discarded("unchanged");
  return undefined;
}

async function foundIn(
  service: ObjectService,
  answer: HttpAnswer,
  subject: RemoteSubject,
  range: { readonly start: number; readonly end: number | undefined } | undefined,
  signal: AbortSignal | undefined,
): Promise<RemoteRead> {
  const senseless = async (why: string) => {
    await answer.discard();
    return remoteFailure("remote-failed", subject, why, { status: answer.status });
  };
  const encoding = answer.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (encoding !== "identity" && encoding !== "") {
    throw await senseless("the service sends the bytes encoded, although it was asked for them as they are");
  }
  if (answer.status === 206) {
    const told = contentRange(answer.headers.get("content-range"));
    const end = told === undefined ? 0 : Math.min(range?.end ?? told.total, told.total);
    if (range === undefined || told === undefined || told.start !== range.start || told.end !== end) {
      throw await senseless("the service answered another range than it was asked for");
    }
    const object = objectIn(service, answer, subject.path!, told.total);
    return { status: "found", object, start: told.start, end, body: answer.body(end - told.start) };
  }
  const byteLength = lengthIn(answer);
  if (byteLength !== undefined) {
    const object = objectIn(service, answer, subject.path!, byteLength);
    return { status: "found", object, start: 0, end: byteLength, body: answer.body(byteLength) };
  }
  if (!/\bchunked\b/i.test(answer.headers.get("transfer-encoding") ?? "")) {
    throw await senseless("the service tells no length, so that a cut would not be seen");
  }
  const bytes = await wholeBody(answer, subject);
  const object = objectIn(service, answer, subject.path!, bytes.byteLength);
  return { status: "found", object, start: 0, end: bytes.byteLength, body: piecesOf(bytes, signal) };
}

async function wholeBody(answer: HttpAnswer, subject: RemoteSubject): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body(undefined)) {
    pieces.push(piece);
    length += piece.byteLength;
    if (length > longestWithoutLength) {
      throw remoteFailure(
        "remote-failed",
        subject,
        "the service tells no length, and the object is larger than 64 MiB",
      );
    }
  }
  return Buffer.concat(pieces);
}

async function* piecesOf(bytes: Uint8Array, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const pieceBytes = 65_536;
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    signal?.throwIfAborted();
    yield bytes.subarray(at, at + pieceBytes);
  }
}

/** A range that holds nothing, of an object that is there. */
function nothingOf(looked: Looked, start: number): RemoteRead {
  if (looked.status !== "found") return looked;
  const at = Math.min(start, looked.object.byteLength);
  return { status: "found", object: looked.object, start: at, end: at, body: piecesOf(new Uint8Array()) };
}

function objectIn(service: ObjectService, answer: HttpAnswer, path: string, byteLength: number): RemoteObject {
  const modifiedAt = Date.parse(answer.headers.get("last-modified") ?? "");
  const version = service.versionOf(answer.headers);
  return { path, byteLength, version, ...(Number.isNaN(modifiedAt) ? {} : { modifiedAt }) };
}

function lengthIn({ headers }: HttpAnswer): number | undefined {
  const length = headers.get("content-length");
  return length !== null && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

/** `end` is behind the last byte. */
function contentRange(header: string | null): { start: number; end: number; total: number } | undefined {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header?.trim() ?? "") ?? [];
  return first === undefined ? undefined : { start: Number(first), end: Number(last) + 1, total: Number(total) };
}
