import { createHash } from "node:crypto";
import { contentDigest, MemoryCache, systemClock } from "@larder/core";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { effectiveSettings } from "../../src/configuration/effective-settings.js";
import type { FolioSettingsInput } from "../../src/configuration/folio-settings-input.js";
import type { FolioEvent } from "../../src/folio-events.js";
import type { FolioParts } from "../../src/folio-parts.js";
import type { ItemChunks, ManifestItem } from "../../src/manifest/manifest.js";
import { RemoteError } from "../../src/remote/remote-error.js";
import type { ReadOptions, RemoteRead, RemoteStorage } from "../../src/remote/remote-storage.js";

/** One answer of the remote, as the test sees it. */
export interface Answered {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly ifVersion: string | undefined;
  bytesSent: number;
}

/** What may go wrong with one answer. */
export interface AnswerFault {
  /** Breaks off after so many bytes. */
  readonly cutAfterBytes?: number;
  /** Ends early, without an error. */
  readonly endAfterBytes?: number;
  /** Sends so many bytes more than were asked for. */
  readonly extraBytes?: number;
  /** Sends a wrong byte at this place of the answer. */
  readonly wrongByteAt?: number;
  /** Answers the whole object. */
  readonly ignoreRange?: boolean;
  readonly noVersion?: boolean;
  /** Answers whatever is there, although another version was asked for. */
  readonly ignoreCondition?: boolean;
}

/** A remote bundle in memory, with one table, whose content can change at any time. */
export interface RangedRemote extends RemoteStorage {
  readonly answers: Answered[];
  heads: number;
  /** Asked before each answer; may change the content. `nth` counts from 0. */
  fault: (nth: number) => AnswerFault | undefined;
  /** Replaces the table: object and manifest, or only one of them. */
  put(bytes: Uint8Array, what?: { readonly object?: boolean; readonly manifest?: boolean }): void;
  readonly item: ManifestItem;
  /** The lists of chunks of the tables that were put, by path. May be changed at any time. */
  readonly lists: Map<string, Uint8Array>;
  /** How often the manifest was asked for. */
  manifests: number;
  sentBytes(): number;
}

export const tablePath = "items/table.parquet";
const pieceBytes = 10_000;

/** What the manifest says of a table. */
export interface RangedRemoteOptions {
  readonly checksum?: boolean;
  /** Size of chunks, in bytes, of which the bundle lists the digests; default: it lists none. */
  readonly chunkBytes?: number | undefined;
}

export function rangedRemote(first: Uint8Array, options: RangedRemoteOptions = {}): RangedRemote {
  let bytes = first;
  let version = 1;
  let item = itemOf(first, options);
  const answers: Answered[] = [];
  const remote: RangedRemote = {
    url: "https://data.example.org/bundle",
    abilities: { write: false, list: false, ranges: true, conditionalWrites: false },
    answers,
    heads: 0,
    lists: new Map(listed(item, first)),
    manifests: 0,
    fault: () => undefined,
    get item() {
      return item;
    },
    sentBytes: () => answers.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
    put(next, { object = true, manifest = true } = {}) {
      if (object) {
        bytes = next;
        version++;
      }
      if (!manifest) return;
      item = itemOf(next, options);
      for (const [file, list] of listed(item, next)) remote.lists.set(file, list);
    },
    async head(path) {
      remote.heads++;
      return path === tablePath ? { path, byteLength: bytes.byteLength, version: `"v${version}"` } : undefined;
    },
    async read(path, options: ReadOptions = {}): Promise<RemoteRead> {
      const fault = remote.fault(answers.length) ?? {};
      // What is answered is of this moment, whatever changes while it is sent.
      const [content, tag] = path !== tablePath ? [remote.lists.get(path), '"list"'] : [bytes, `"v${version}"`];
      const length = content?.byteLength ?? 0;
      const start = fault.ignoreRange ? 0 : (options.start ?? 0);
      const end = fault.ignoreRange ? length : Math.min(options.end ?? length, length);
      const { ifVersion } = options;
      const answered: Answered = { path, start, end, ifVersion, bytesSent: 0 };
      answers.push(answered);
      if (content === undefined) return { status: "absent" };
      if (ifVersion !== undefined && ifVersion !== tag && !fault.ignoreCondition) return { status: "changed" };
      return {
        status: "found",
        object: { path, byteLength: content.byteLength, version: fault.noVersion ? undefined : tag },
        start,
        end,
        body: sent(withFault(content.subarray(start, end), fault), fault, answered, options.signal),
      };
    },
  };
  return remote;
}

function withFault(body: Uint8Array, { wrongByteAt }: AnswerFault): Uint8Array {
  return wrongByteAt === undefined
    ? body
    : Uint8Array.from(body, (byte, i) => (i === wrongByteAt ? byte ^ 0xff : byte));
}

async function* sent(
  body: Uint8Array,
  { cutAfterBytes, endAfterBytes, extraBytes = 0 }: AnswerFault,
  answered: Answered,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const stop = Math.min(cutAfterBytes ?? body.byteLength, endAfterBytes ?? body.byteLength, body.byteLength);
  // Others come to their turn before the first byte arrives.
  await new Promise((resolve) => setImmediate(resolve));
  for (let at = 0; at < stop; at += pieceBytes) {
    signal?.throwIfAborted();
    const chunk = body.subarray(at, Math.min(at + pieceBytes, stop));
    answered.bytesSent += chunk.byteLength;
    yield chunk;
  }
  if (cutAfterBytes !== undefined && cutAfterBytes < body.byteLength) {
    throw new RemoteError("The answer broke off.", { code: "remote-unreachable", facts: {} });
  }
  if (extraBytes > 0 && stop === body.byteLength) yield new Uint8Array(extraBytes);
}

function itemOf(bytes: Uint8Array, { checksum = true, chunkBytes }: RangedRemoteOptions): ManifestItem {
  return {
    kind: "table",
    file: tablePath,
    sizeBytes: bytes.byteLength,
    ...(checksum && { checksum: sha256(bytes), checksumAlgorithm: "sha256" }),
    ...(chunkBytes !== undefined && { chunks: chunksOf(bytes, chunkBytes) }),
  };
}

function chunksOf(bytes: Uint8Array, chunkBytes: number): ItemChunks {
  const checksum = sha256(listOf(bytes, chunkBytes));
  return { file: `items/table.${checksum.slice(0, 12)}.chunks`, chunkBytes, algorithm: "blake3", checksum };
}

function listed({ chunks }: ManifestItem, bytes: Uint8Array): [path: string, list: Uint8Array][] {
  return chunks === undefined ? [] : [[chunks.file, listOf(bytes, chunks.chunkBytes)]];
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function listOf(bytes: Uint8Array, chunkBytes: number): Uint8Array {
  const chunks = Array.from({ length: Math.ceil(bytes.byteLength / chunkBytes) }, (_, nth) => nth * chunkBytes);
  return Buffer.concat(chunks.map((at) => Buffer.from(contentDigest(bytes.subarray(at, at + chunkBytes)), "hex")));
}

/** What a folio over a remote has. */
export interface RangedGround {
  readonly parts: FolioParts;
  readonly store: FolioStore;
  readonly events: FolioEvent[];
}

export async function rangedGround(
  remote: RangedRemote,
  options: FolioSettingsInput = {},
  store?: FolioStore,
): Promise<RangedGround> {
  const events: FolioEvent[] = [];
  const opened = store ?? (await openFolioStore({ backend: new MemoryCache() }));
  const parts: FolioParts = {
    remote,
    store: opened,
    settings: effectiveSettings({ options, env: { HOME: "/nowhere" }, file: null }).settings,
    clock: systemClock,
    random: () => 0.5,
    onEvent: (event) => void events.push(event),
    connect: {},
    async manifest() {
      remote.manifests++;
      return {
        manifest: { formatVersion: 1, items: new Map([["table", remote.item]]) },
        version: undefined,
        checksum: "",
      };
    },
    learnManifest: async () => undefined,
  };
  return { parts, store: opened, events };
}
