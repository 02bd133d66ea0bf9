import type { BlobRecord, CacheBackend, StoredBlob } from "../../src/index.js";
import type { BrokenBackend } from "./broken-backend.js";
import { simpleBackend } from "./simple-backend.js";

const bothWays = "what one backend has written another on the same storage reads, at once and both ways";

/** A backend whose content outlives it: `instance` makes one more on the same storage. */
export function persistent(
  storage: CacheBackend,
  instance: (storage: CacheBackend) => Partial<CacheBackend> = () => ({}),
): CacheBackend {
  return Object.assign(Object.create(storage), {
    supports: { entryIndex: true, persistent: true },
    ...instance(storage),
  }) as CacheBackend;
}

/** Backends that go wrong when their storage is opened again, or by two at once. */
export const brokenSharing: readonly BrokenBackend[] = [
  {
    fault: "loses what it stored when it is opened again",
    foundBy: "what was stored is there after closing and opening again",
    options: { reopen: () => persistent(simpleBackend()) },
    make: () => persistent(simpleBackend()),
  },
  {
    fault: "does not see what another on its storage has written",
    foundBy: bothWays,
    options: { second: () => persistent(simpleBackend()) },
    make: () => persistent(simpleBackend()),
  },
  brokenInTwo("keeps what it read and misses what another has written since", bothWays, () => {
    const seen = new Map<string, StoredBlob | undefined>();
    return (storage) => ({
      async getBlob(key) {
        if (!seen.has(key)) seen.set(key, await storage.getBlob(key));
        return seen.get(key);
      },
      async setBlob(key, blob) {
        seen.delete(key);
        await storage.setBlob(key, blob);
      },
    });
  }),
  brokenInTwo(
    "pairs the record of one with the bytes of the other when two write at once",
    "with two backends writing to one key in turns, no record meets the bytes of the other",
    (records) => (storage) => ({
      async getBlob(key) {
        const stored = await storage.getBlob(key);
        return stored && { ...stored, record: records.get(key) ?? stored.record };
      },
      async setBlob(key, blob) {
        records.set(key, blob.record);
        await new Promise(setImmediate);
        await storage.setBlob(key, blob);
      },
    }),
  ),
  brokenInTwo(
    "loses an open blob once another overwrites it",
    "a blob opened by one backend stays readable when another overwrites it",
    () => (storage) => ({
      async getBlob(key) {
        const stored = await storage.getBlob(key);
        if (stored === undefined) return undefined;
        const slice = async (start: number, end?: number) => (await storage.getBlob(key))!.source.slice(start, end);
        return { ...stored, source: { byteLength: stored.source.byteLength, slice } };
      },
    }),
  ),
];

/** Two alike on one storage; what they share besides is `records`. */
function brokenInTwo(
  fault: string,
  foundBy: string,
  wrong: (records: Map<string, BlobRecord>) => (storage: CacheBackend) => Partial<CacheBackend>,
): BrokenBackend {
  const records = new Map<string, BlobRecord>();
  const storage = simpleBackend();
  const make = () => persistent(storage, wrong(records));
  return { fault, foundBy, options: { second: make }, make };
}
