import { MemoryCache } from "../../src/index.js";
import { type BrokenBackend, broken, brokenBriefly } from "./broken-backend.js";
import { simpleBackend } from "./simple-backend.js";

/** Backends that go wrong when blobs are open, written at once, listed, deleted or cleared. */
export const brokenHandling: readonly BrokenBackend[] = [
  brokenBriefly(
    "reads the newest bytes through an old blob",
    "a blob opened before an overwrite is still the old one, record and bytes",
    ({ blobs, open }) => ({
      open(row, name) {
        const { record } = open(row, name);
        const source = () => open(blobs.get(name) ?? row, name).source;
        return {
          record,
          source: { byteLength: row.bytes.byteLength, slice: (start, end) => source().slice(start, end) },
        };
      },
    }),
  ),
  broken(
    "loses an open blob when it is deleted",
    "a blob opened before it was deleted can still be read",
    ({ blobs, open }) => ({
      open(row, name) {
        const stored = open(row, name);
        return {
          ...stored,
          source: {
            byteLength: row.bytes.byteLength,
            slice(start, end) {
              if (!blobs.has(name)) throw new Error("gone");
              return stored.source.slice(start, end);
            },
          },
        };
      },
    }),
  ),
  broken(
    "closes every reader of a blob with the first",
    "a blob opened twice is read twice, and closing one leaves the other",
    ({ open }) => {
      const closed = new Set<string>();
      return {
        open(row, name) {
          const stored = open(row, name);
          closed.delete(name);
          return {
            ...stored,
            source: {
              byteLength: row.bytes.byteLength,
              slice(start, end) {
                if (closed.has(name)) throw new Error("closed");
                return stored.source.slice(start, end);
              },
            },
            close: async () => void closed.add(name),
          };
        },
      };
    },
  ),
  brokenBriefly(
    "writes bytes and record in two steps",
    "values set to one key at once leave one of them, with its own record",
    ({ store }) => {
      const bytes = new Map<string, Uint8Array>();
      const wait = [3, 1, 2, 0];
      let write = 0;
      return {
        async store(name, row, before) {
          bytes.set(name, row.bytes);
          for (let turns = wait[write++ % wait.length]!; turns >= 0; turns--) await Promise.resolve();
          store(name, { record: row.record, bytes: bytes.get(name)! }, before);
        },
      };
    },
  ),
  broken(
    "throws on an expired blob",
    "a blob that has expired for good is returned or forgotten, and its key can be used again",
    ({ open }) => ({
      open(row, name) {
        if ((row.record.expiresAt ?? Infinity) <= Date.now()) throw new Error("expired");
        return open(row, name);
      },
    }),
  ),
  broken(
    "hides an expired blob that is to be kept",
    "an expired blob is still returned while it is to be kept, for the cache to judge",
    ({ open }) => ({
      open: (row, name) => ((row.record.expiresAt ?? Infinity) <= Date.now() ? (undefined as never) : open(row, name)),
    }),
  ),
  brokenBriefly("lists keys in the order of UTF-16", "keys come in the order of their UTF-8 bytes", () => ({
    list: (keys, prefix) => keys.filter((key) => key.startsWith(prefix)).sort(),
  })),
  brokenBriefly("lists keys as they were written", "keys come in the order of their UTF-8 bytes", () => ({
    list: (keys, prefix) => keys.filter((key) => key.startsWith(prefix)),
  })),
  brokenBriefly(
    "lists a prefix by characters that stand for others",
    "keys() with a prefix lists the keys that begin with it, and no others",
    ({ list }) => ({
      list: (keys, prefix) => {
        const pattern = new RegExp(`^${prefix.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}`, "su");
        return list(keys, "").filter((key) => pattern.test(key));
      },
    }),
  ),
  brokenBriefly(
    "leaves expired keys out of the list",
    "keys() lists the keys that were set, each once",
    ({ blobs, list }) => ({
      list: (keys, prefix) =>
        list(keys, prefix).filter((key) => (blobs.get(key)!.record.expiresAt ?? Infinity) > Date.now()),
    }),
  ),
  brokenBriefly(
    "says it deleted what was not there",
    "deleteBlob forgets one blob, and says whether there was one",
    ({ blobs }) => ({
      remove(name) {
        blobs.delete(name);
        return true;
      },
    }),
  ),
  brokenBriefly(
    "says it deleted what is still there",
    "deleteBlob forgets one blob, and says whether there was one",
    ({ blobs }) => ({
      remove: (name) => blobs.has(name),
    }),
  ),
  broken(
    "leaves one blob when it clears",
    "clear() forgets every blob and every signature",
    ({ blobs, signatures }) => ({
      clear() {
        for (const key of [...blobs.keys()].slice(1)) blobs.delete(key);
        signatures.clear();
      },
    }),
  ),
  broken("leaves the signatures when it clears", "clear() forgets every blob and every signature", ({ blobs }) => ({
    clear: () => blobs.clear(),
  })),
  broken(
    "stores nothing once it was cleared",
    "after clear(), and after clearing what is empty, blobs are stored as before",
    ({ clear, store }) => {
      let cleared = false;
      return {
        clear() {
          clear();
          cleared = true;
        },
        store: (name, row, before) => (cleared ? undefined : store(name, row, before)),
      };
    },
  ),
  broken("zeroes what it clears", "a blob opened before clear() can still be read", ({ blobs, clear }) => ({
    clear() {
      for (const row of blobs.values()) row.bytes.fill(0);
      clear();
    },
  })),
  broken("reads from one position for all", "slices may be read at the same time", ({ open, slice }) => ({
    open(row, name) {
      let position = 0;
      const source = {
        byteLength: row.bytes.byteLength,
        async slice(start: number, end = row.bytes.byteLength) {
          open(row, name).source.slice(start, end);
          position = start;
          await Promise.resolve();
          return slice(row, position, position + end - start);
        },
      };
      return { record: row.record, source };
    },
  })),
  brokenBriefly("learns the length by reading", "the source knows its length without being read", ({ open }) => ({
    open(row, name) {
      const { record, source } = open(row, name);
      return { record, source: { byteLength: Number.NaN, slice: (start, end) => source.slice(start, end) } };
    },
  })),
  broken("deletes shared bytes with the first key", "equal bytes under two keys are two blobs", ({ store, open }) => {
    const content = new Map<string, Uint8Array>();
    return {
      store(name, row, before) {
        if (before !== undefined) content.delete(before.record.checksum);
        content.set(row.record.checksum, row.bytes);
        store(name, row, before);
      },
      open: (row, name) => (content.has(row.record.checksum) ? open(row, name) : (undefined as never)),
    };
  }),
  broken("can be closed once only", "a blob may be closed, and closed again", ({ open }) => ({
    open(row, name) {
      let closed = false;
      const close = async () => {
        if (closed) throw new Error("closed already");
        closed = true;
      };
      return { ...open(row, name), close };
    },
  })),
  broken("trims keys", "keys that begin with one another are kept apart", () => ({
    nameOf: (key) => key.replace(/[ ./:]+$/, ""),
  })),
  broken("drops writes when there are many", "a hundred keys set at once are all there", ({ store }) => {
    let pending = 0;
    return {
      async store(name, row, before) {
        if (pending >= 64) return;
        pending++;
        await new Promise(setImmediate);
        pending--;
        store(name, row, before);
      },
    };
  }),
  brokenBriefly(
    "returns null for a node without a signature",
    "a node without a signature is undefined",
    ({ signatures }) => ({
      signatures: Object.assign(signatures, {
        get: (name: string) => Map.prototype.get.call(signatures, name) ?? null,
      }),
    }),
  ),
  broken(
    "hands out the signature it keeps",
    "writing to a signature, before or after, changes nothing that is stored",
    () => ({
      signature: (signature) => signature,
    }),
  ),
  broken(
    "shows a new record before its bytes",
    "whoever reads while a key is overwritten gets a record and the bytes that belong to it",
    ({ blobs, store }) => ({
      async store(name, row, before) {
        if (before !== undefined) blobs.set(name, { record: row.record, bytes: before.bytes });
        await new Promise(setImmediate);
        store(name, row, before);
      },
    }),
  ),
  broken("lists nothing without a prefix", "keys() without a prefix lists every key, these among them", ({ list }) => ({
    list: (keys, prefix) => (prefix === "" ? [] : list(keys, prefix)),
  })),
  broken(
    "skips keys when others are deleted",
    "keys deleted while they are listed end the listing no sooner",
    ({ blobs, list }) => ({
      list: (_, prefix) =>
        ({
          *[Symbol.iterator]() {
            for (let i = 0; ; i++) {
              const key = list([...blobs.keys()], prefix)[i];
              if (key === undefined) return;
              yield key;
            }
          },
        }) as unknown as string[],
    }),
  ),
  {
    fault: "declares an entry index and has no deleteBlob",
    foundBy: "the backend declares the capabilities it is held to, and has their methods",
    inBrief: true,
    make: () => Object.assign(simpleBackend(), { deleteBlob: undefined }),
  },
  {
    fault: "does not declare the index it must have",
    foundBy: "the backend declares the capabilities it is held to, and has their methods",
    inBrief: true,
    make: () => Object.assign(new MemoryCache(), { supports: {} }),
  },
  {
    fault: "lacks setMeta",
    foundBy: "the backend has the five methods",
    inBrief: true,
    make: () => Object.assign(simpleBackend(), { setMeta: undefined as never }),
  },
  {
    fault: "brings two codecs of one name",
    foundBy: "each codec the backend brings has a name of its own, and accepts, encodes and decodes",
    make: () => {
      const codec = { name: "x", accepts: () => false, encode: () => ({ bytes: new Uint8Array() }), decode: () => 1 };
      return Object.assign(simpleBackend(), { codecs: [codec, { ...codec }] });
    },
  },
  {
    fault: "throws when it is closed",
    foundBy: "close() releases what the backend holds, and does not throw",
    inBrief: true,
    make: () => Object.assign(simpleBackend(), { close: () => Promise.reject(new Error("can't close")) }),
  },
];
