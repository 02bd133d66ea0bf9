import { blobBytes, type NodeSignature } from "../../src/index.js";
import { type BrokenBackend, broken, brokenBriefly } from "./broken-backend.js";
import type { Row } from "./simple-backend.js";

/** Backends that keep or find something else than was stored. */
export const brokenStorage: readonly BrokenBackend[] = [
  brokenBriefly("drops the last byte of large blobs", "bytes of every size come back as they were stored", () => ({
    copy: (bytes) => new Uint8Array(bytes.byteLength > 64 * 1024 ? bytes.subarray(0, -1) : bytes),
  })),
  brokenBriefly("takes an empty blob for none", "bytes of every size come back as they were stored", ({ open }) => ({
    open: (row, name) => (row.bytes.byteLength === 0 ? (undefined as never) : open(row, name)),
  })),
  brokenBriefly(
    "stores the whole memory of a part",
    "a part of a larger buffer is stored as that part, and a Buffer as its bytes",
    () => ({
      copy: (bytes) => new Uint8Array(bytes.buffer.slice(0)),
    }),
  ),
  brokenBriefly("returns null for a miss", "a key that was never set is undefined", () => ({
    absent: () => null as never,
  })),
  brokenBriefly("looks keys up in a plain object", "a key that was never set is undefined", ({ blobs }) => {
    const table = {} as Record<string, Row>;
    return {
      blobs: Object.assign(new Map<string, Row>(), {
        get: (key: string) => table[key],
        set: (key: string, row: Row) => {
          table[key] = row;
          return blobs.set(key, row);
        },
        delete: (key: string) => blobs.delete(key) && delete table[key],
        keys: () => blobs.keys(),
      }),
      store: (name, row) => {
        table[name] = row;
        blobs.set(name, row);
      },
    };
  }),
  brokenBriefly(
    "keeps the first value of a key",
    "an overwrite replaces the bytes, shorter or longer",
    ({ store }) => ({
      store: (name, row, before) => (before === undefined ? store(name, row, before) : undefined),
    }),
  ),
  brokenBriefly(
    "leaves the end of the longer bytes",
    "an overwrite replaces the bytes, shorter or longer",
    ({ store }) => ({
      store(name, row, before) {
        const rest = before?.bytes.subarray(row.bytes.byteLength) ?? [];
        store(name, { ...row, bytes: new Uint8Array([...row.bytes, ...rest]) }, before);
      },
    }),
  ),
  brokenBriefly(
    "keeps the old record with the new bytes",
    "an overwrite replaces record and bytes together",
    ({ store }) => ({
      store: (name, row, before) => store(name, before === undefined ? row : { ...row, record: before.record }, before),
    }),
  ),
  broken(
    "keeps the old record when the bytes are the same",
    "an overwrite with the same bytes replaces the record",
    ({ store }) => ({
      store: (name, row, before) => store(name, before?.record.checksum === row.record.checksum ? before : row, before),
    }),
  ),
  brokenBriefly("shares the caller's buffer", "the caller may write to its buffer once setBlob has resolved", () => ({
    copy: (bytes) => bytes,
    slice: (row, start, end) => new Uint8Array(row.bytes.subarray(start, end)),
  })),
  brokenBriefly(
    "hands out the bytes it keeps",
    "a reader that writes to the bytes it got changes nothing that is stored",
    () => ({
      slice: (row, start, end) => row.bytes.subarray(start, end),
    }),
  ),
  broken("zeroes the buffer it was handed", "the backend does not write to the caller's buffer", () => ({
    async bytesOf(blob) {
      const bytes = await blobBytes(blob);
      const copy = new Uint8Array(bytes);
      bytes.fill(0);
      return copy;
    },
  })),
  brokenBriefly("ignores the start of a slice", "a slice is the part that was asked for", () => ({
    slice: (row, start, end) => new Uint8Array(row.bytes.subarray(0, end - start)),
  })),
  brokenBriefly("reads a slice to the end", "a slice is the part that was asked for", () => ({
    slice: (row, start) => new Uint8Array(row.bytes.subarray(start)),
  })),
  broken("clamps a range outside the blob", "a range outside the blob is a RangeError", ({ open, slice }) => ({
    open: (row, name) => ({
      ...open(row, name),
      source: {
        byteLength: row.bytes.byteLength,
        slice: (start, end = row.bytes.byteLength) => slice(row, start, end),
      },
    }),
  })),
  brokenBriefly("keeps the first chunk only", "bytes that arrive in chunks are stored whole", () => ({
    async bytesOf(blob) {
      if (!("chunks" in blob)) return blobBytes(blob);
      for await (const chunk of blob.chunks) return chunk;
      return new Uint8Array();
    },
  })),
  broken("stores what arrived of chunks that broke off", "chunks that break off leave what was stored before", () => ({
    async bytesOf(blob) {
      if (!("chunks" in blob)) return blobBytes(blob);
      const parts: Uint8Array[] = [];
      try {
        for await (const chunk of blob.chunks) parts.push(chunk);
      } catch {}
      return Buffer.concat(parts);
    },
  })),
  broken(
    "does not count the bytes of chunks",
    "chunks that are fewer bytes than the record says are not stored",
    () => ({
      async bytesOf(blob) {
        if (!("chunks" in blob)) return blobBytes(blob);
        const parts: Uint8Array[] = [];
        for await (const chunk of blob.chunks) parts.push(chunk);
        return Buffer.concat(parts);
      },
    }),
  ),
  brokenBriefly("stores the name of a file instead of its content", "a file is stored whole", () => ({
    bytesOf: async (blob) => ("file" in blob ? new TextEncoder().encode(blob.file) : blobBytes(blob)),
  })),
  brokenBriefly("loses the tags of a record", "a record comes back with every field", ({ keptRecord }) => ({
    keptRecord({ tags: _, ...record }) {
      return keptRecord(record);
    },
  })),
  brokenBriefly("rounds the cost in a record", "a record comes back with every field", ({ keptRecord }) => ({
    keptRecord: (record) =>
      keptRecord(
        record.costSeconds === undefined ? record : { ...record, costSeconds: Math.fround(record.costSeconds) },
      ),
  })),
  broken(
    "gives every record an expiry",
    "a record with the fewest fields comes back without others",
    ({ keptRecord }) => ({
      keptRecord: (record) => keptRecord({ expiresAt: 9_000_000_000_000, ...record }),
    }),
  ),
  broken(
    "keeps tags as Latin-1",
    "a record keeps any Unicode in its tags, its origin and its details",
    ({ keptRecord }) => ({
      keptRecord: (record) =>
        keptRecord(
          record.tags === undefined
            ? record
            : { ...record, tags: record.tags.map((tag) => Buffer.from(tag, "latin1").toString("latin1")) },
        ),
    }),
  ),
  broken(
    "keeps the caller's record object",
    "writing to a record, before or after, changes nothing that is stored",
    () => ({
      keptRecord: (record) => record,
    }),
  ),
  brokenBriefly("takes upper and lower case for one", "keys that differ only in case are kept apart", () => ({
    nameOf: (key) => key.toLowerCase(),
  })),
  broken("normalises keys", "keys that differ only in Unicode form are kept apart", () => ({
    nameOf: (key) => key.normalize("NFC"),
  })),
  brokenBriefly("cuts keys after 1,978 bytes", "long keys that differ only at their end are kept apart", () => ({
    nameOf: (key) => key.slice(0, 1978),
  })),
  broken("resolves keys as paths", "keys with odd characters are kept apart", () => ({
    nameOf: (key) => new URL(`file:///${encodeURI(key).replaceAll("#", "%23")}`).pathname,
  })),
  broken("ends keys at NUL", "keys with odd characters are kept apart", () => ({
    nameOf: (key) => key.split("\u0000")[0]!,
  })),
  brokenBriefly(
    "keeps signatures and blobs under one name",
    "a signature and a blob of the same name do not meet",
    ({ blobs }) => ({
      signatures: Object.assign(new Map<string, NodeSignature>(), {
        get: (name: string) => blobs.get(name) as unknown as NodeSignature | undefined,
        set: (name: string, signature: NodeSignature) =>
          blobs.set(name, { ...signature, record: {}, bytes: new Uint8Array() } as unknown as Row),
      }),
      signature: ({ nodeName, codeHash, envHash, inputsHash, depsHash, timestamp }) => ({
        nodeName,
        codeHash,
        envHash,
        inputsHash,
        depsHash,
        timestamp,
      }),
    }),
  ),
  brokenBriefly(
    "loses a hash of a signature",
    "a signature comes back as it was stored, and the newest counts",
    () => ({
      signature: ({ depsHash: _, ...signature }) => signature as NodeSignature,
    }),
  ),
  broken("forgets the pipeline of a node", "names of nodes of every kind are kept apart", () => ({
    nodeNameOf: (nodeName) => nodeName.split("/").at(-1)!,
  })),
];
