import { RemoteError } from "../src/remote/remote-error.js";
import type {
  RemoteAbilities,
  RemoteBody,
  RemoteObject,
  RemoteRead,
  RemoteStorage,
} from "../src/remote/remote-storage.js";

/** A storage in memory that tells what it was asked, and can be told to fail. */
export interface MemoryStorage extends Required<RemoteStorage> {
  /** What it holds. May be changed at any time; the version of an object is made of its bytes. */
  readonly objects: Map<string, Uint8Array>;
  /** What was asked, in order. */
  readonly requests: MemoryRequest[];
  /** Called before each request is answered; what it throws is the answer, and while it waits the request waits. */
  before: ((request: MemoryRequest) => void | Promise<void>) | undefined;
  /** Called after a request was carried out; what it throws is the answer, as when the answer is lost. */
  after: ((request: MemoryRequest) => void | Promise<void>) | undefined;
  /** The text of an object. */
  text(path: string): string | undefined;
}

export interface MemoryRequest {
  readonly method: "head" | "read" | "write" | "delete" | "list";
  readonly path: string;
}

/** Makes one. A body comes in pieces of `pieceBytes`. */
export function memoryStorage(
  options: {
    readonly url?: string;
    readonly objects?: Iterable<readonly [string, Uint8Array]>;
    readonly abilities?: Partial<RemoteAbilities>;
    readonly pieceBytes?: number;
  } = {},
): MemoryStorage {
  const { url = "memory://bundle", pieceBytes = 64 * 1024 } = options;
  const abilities = { write: true, list: true, ranges: true, conditionalWrites: true, ...options.abilities };
  const objects = new Map<string, Uint8Array>(options.objects);
  const versions = new WeakMap<Uint8Array, string>();
  let nextVersion = 1;

  /** Every array of bytes is a version of its own, also when it has the bytes of an earlier one. */
  function versionOf(bytes: Uint8Array): string {
    const known = versions.get(bytes);
    if (known !== undefined) return known;
    const version = `"v${nextVersion++}"`;
    versions.set(bytes, version);
    return version;
  }

  function objectAt(path: string): RemoteObject | undefined {
    const bytes = objects.get(path);
    return bytes && { path, byteLength: bytes.byteLength, version: versionOf(bytes) };
  }

  async function asked<Answer>(request: MemoryRequest, answer: () => Answer | Promise<Answer>): Promise<Answer> {
    storage.requests.push(request);
    await storage.before?.(request);
    const result = await answer();
    await storage.after?.(request);
    return result;
  }

  const storage: MemoryStorage = {
    url,
    abilities,
    objects,
    requests: [],
    before: undefined,
    after: undefined,
    text: (path) => (objects.has(path) ? new TextDecoder().decode(objects.get(path)) : undefined),
    head: (path) => asked({ method: "head", path }, () => objectAt(path)),
    read: (path, { start = 0, end, ifVersion, unlessVersion } = {}) =>
      asked({ method: "read", path }, (): RemoteRead => {
        const [object, bytes] = [objectAt(path), objects.get(path)];
        if (object === undefined || bytes === undefined) return { status: "absent" };
        if (ifVersion !== undefined && object.version !== ifVersion) return { status: "changed" };
        if (unlessVersion !== undefined && object.version === unlessVersion) return { status: "unchanged" };
        const last = Math.min(end ?? bytes.byteLength, bytes.byteLength);
        return { status: "found", object, start, end: last, body: pieces(bytes.subarray(start, last), pieceBytes) };
      }),
    write: (path, body, { ifVersion } = {}) =>
      asked({ method: "write", path }, async () => {
        if (ifVersion !== undefined && abilities.conditionalWrites === false) {
          throw refusal("remote-no-conditions", url, path, "it takes no conditional writes");
        }
        const bytes = await bytesOf(body);
        if (ifVersion !== undefined && (objectAt(path)?.version ?? null) !== ifVersion) {
          throw refusal("remote-conflict", url, path, "it has another version");
        }
        objects.set(path, bytes);
        return objectAt(path)!;
      }),
    delete: (path) => asked({ method: "delete", path }, () => objects.delete(path)),
    async *list() {
      await asked({ method: "list", path: "" }, () => undefined);
      for (const path of [...objects.keys()]) yield objectAt(path)!;
    },
    close() {},
  };
  return storage;
}

/** What a service answers that can't be reached. */
export function unreachable(path: string): RemoteError {
  return refusal("remote-unreachable", "memory://bundle", path, "the network is down");
}

async function* pieces(bytes: Uint8Array, pieceBytes: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
}

async function bytesOf(body: RemoteBody): Promise<Uint8Array> {
  if ("bytes" in body) return body.bytes.slice();
  const { readFile } = await import("node:fs/promises");
  return new Uint8Array(await readFile(body.file));
}

function refusal(code: RemoteError["code"], url: string, path: string, why: string): RemoteError {
  return new RemoteError(`The request for '${path}' of ${url} failed: ${why}.`, { code, facts: { url, path } });
}
