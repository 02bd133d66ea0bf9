import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CacheBackend, StoredBlob } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { EntryIndex } from "../capabilities/index.js";
import { loadXxhash } from "../checksum/xxhash.js";
import type { EvictionPolicy } from "../eviction/eviction-policy.js";
import type { ConformanceOptions } from "./conformance-options.js";
import { recordOf } from "./sample-blobs.js";

/** What a test stands on: a backend, keys that are nobody else's, and short ways to write and read. */
export interface Ground {
  readonly backend: CacheBackend;
  readonly options: ConformanceOptions;
  /** What every key of this run begins with. */
  readonly runPrefix: string;
  /** What the keys of this test begin with. */
  readonly prefix: string;
  /** A key of this test; removed afterwards, where the backend can. */
  key(suffix: string): string;
  /** The name of a node of this test. */
  nodeName(suffix: string): string;
  /** Stores bytes under a key of this test, with a true record. */
  put(suffix: string, bytes: Uint8Array, extra?: Partial<BlobRecord>): Promise<BlobRecord>;
  /** Opens a blob that must be there. */
  open(key: string, backend?: CacheBackend): Promise<StoredBlob>;
  /** Record and bytes of a blob that must be there. */
  read(key: string, backend?: CacheBackend): Promise<{ readonly record: BlobRecord; readonly bytes: Uint8Array }>;
  /** The backend as an entry index. */
  index(): CacheBackend & EntryIndex;
  /** A folder for this test, removed afterwards. */
  folder(): Promise<string>;
  /** A second backend on the same storage, closed afterwards. */
  second(): Promise<CacheBackend>;
  /** Closes the backend and opens its storage again. */
  reopen(): Promise<CacheBackend>;
  /** An empty backend on a storage of its own, with a limit; closed afterwards. */
  limited(sizeLimitBytes: number, evictionPolicy: EvictionPolicy): Promise<CacheBackend>;
  /** Something to be done after the test, whether it passed or not. */
  afterwards(step: () => Promise<unknown>): void;
}

/** A new prefix for the keys of one run of the suite. */
export function newRunPrefix(): string {
  return `larder-conformance/${randomBytes(12).toString("hex")}/`;
}

/** Runs a test on its ground, and cleans up after it whether it passed or not. */
export async function onGround(
  backend: CacheBackend,
  place: { readonly runPrefix: string; readonly test: number; readonly options: ConformanceOptions },
  run: (ground: Ground) => Promise<void>,
): Promise<void> {
  const { runPrefix, options } = place;
  const prefix = `${runPrefix}${place.test}/`;
  const used = new Set<string>();
  const opened: CacheBackend[] = [];
  const steps: (() => Promise<unknown>)[] = [];
  let folder: string | undefined;
  const ground: Ground = {
    backend,
    options,
    runPrefix,
    prefix,
    key(suffix) {
      used.add(prefix + suffix);
      return prefix + suffix;
    },
    nodeName: (suffix) => prefix + suffix,
    async put(suffix, bytes, extra) {
      const record = await recordOf(bytes, extra);
      await backend.setBlob(ground.key(suffix), { record, bytes });
      return record;
    },
    async open(key, from = backend) {
      const stored = await from.getBlob(key);
      if (stored === undefined) throw new Error(`getBlob(${JSON.stringify(key)}) is undefined, though it was stored.`);
      return stored;
    },
    async read(key, from = backend) {
      const stored = await ground.open(key, from);
      try {
        return { record: stored.record, bytes: await stored.source.slice(0) };
      } finally {
        await stored.close?.();
      }
    },
    index: () => backend as CacheBackend & EntryIndex,
    async folder() {
      folder ??= await mkdtemp(join(tmpdir(), "larder-conformance-"));
      return folder;
    },
    async second() {
      const other = await options.second!(backend);
      opened.push(other);
      return other;
    },
    async reopen() {
      await backend.close?.();
      const again = await options.reopen!(backend);
      opened.push(again);
      return again;
    },
    async limited(sizeLimitBytes, evictionPolicy) {
      const limited = await options.withSizeLimit!(sizeLimitBytes, evictionPolicy);
      steps.push(async () => limited.close?.());
      return limited;
    },
    afterwards: (step) => void steps.push(step),
  };
  try {
    await loadXxhash();
    await run(ground);
  } finally {
    await cleanUp({ backend, used, opened, folder, steps });
  }
}

/** What a test leaves behind. */
interface LeftBehind {
  readonly backend: CacheBackend;
  readonly used: ReadonlySet<string>;
  readonly opened: readonly CacheBackend[];
  readonly folder: string | undefined;
  readonly steps: (() => Promise<unknown>)[];
}

/** Cleaning up must not hide why a test failed, so what goes wrong here is let pass. */
async function cleanUp({ backend, used, opened, folder, steps }: LeftBehind): Promise<void> {
  const last = opened.at(-1) ?? backend;
  if (last.supports?.entryIndex === true) {
    for (const key of used) steps.push(() => (last as CacheBackend & EntryIndex).deleteBlob(key));
  } else {
    // What can't be deleted is at least made small, and expired.
    const bytes = new Uint8Array(0);
    const record = await recordOf(bytes, { createdAt: 0, expiresAt: 0 });
    for (const key of used) steps.push(() => last.setBlob(key, { record, bytes }));
  }
  for (const other of opened) if (other !== backend) steps.push(async () => other.close?.());
  if (folder !== undefined) steps.push(() => rm(folder, { recursive: true, force: true }));
  for (const step of steps) await step().catch(() => {});
}
