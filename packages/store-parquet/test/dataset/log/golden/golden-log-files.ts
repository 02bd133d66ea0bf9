import { idSetOf } from "../../../../src/dataset/ids/make-id-set.js";
import type { LogFile } from "../../../../src/dataset/log/entry-format.js";
import type { PartRecord } from "../../../../src/dataset/part-record.js";

const owner = "0123abcd-4567abcd-89abcdef-4711-123456";
const keys = idSetOf(BigInt64Array.of(-(2n ** 63n), -1n, 0n, 1n, 70_000n, 2n ** 63n - 1n));

const part: PartRecord = {
  name: `recent/${owner}-00112233445566aa.parquet`,
  place: "recent",
  keys,
  byteLength: 70_000,
  checksum: "xxh64:0123456789abcdef",
  chunkDigests: Uint8Array.from({ length: 16 }, (_, i) => i * 16),
  columns: [
    { name: "a", type: "Int64", fitsDouble: true },
    { name: "käse 🧀", type: "Utf8", metadata: { "larder:json": "true" } },
  ],
  epochs: [
    { kind: "rows", sequence: 1_764_000_000_000_001, keys, fetchedAt: 1_764_000_000_000.5, columns: ["a", "käse 🧀"] },
    {
      kind: "absent",
      sequence: 1_764_000_000_000_001,
      keys: idSetOf(BigInt64Array.of(5n)),
      fetchedAt: 1_764_000_000_000,
      version: "7",
      texts: ["five"],
    },
    { kind: "invalid", sequence: 3, at: 1_764_000_000_000 },
  ],
  replaces: [],
};

const base: PartRecord = {
  ...part,
  name: `base/0000000000000000000-${owner}-00112233445566bb.parquet`,
  place: "base",
  keys: idSetOf(BigInt64Array.from({ length: 5000 }, (_, i) => BigInt(i))),
  epochs: [],
  replaces: [`recent/${owner}-00112233445566cc.parquet`],
};

/** Files of format 1 beside this one, by name, and what they tell. */
export const goldenFiles: Readonly<Record<string, LogFile>> = {
  "format-1.entry": {
    type: "entry",
    number: 12,
    token: "89abcdef01234567",
    previous: "0011223344556677",
    change: { kind: "merge", add: [part], remove: base.replaces, columns: part.columns, gone: [base.name] },
  },
  "format-1.state": {
    type: "state",
    number: 13,
    token: "fedcba9876543210",
    state: {
      entry: 13,
      parts: new Map([part, base].map((one) => [one.name, one])),
      columns: part.columns,
      sequence: 1_764_000_000_000_001,
      retired: [{ name: `recent/${owner}-00112233445566cc.parquet`, entry: 12 }],
      storedBytes: 123_456,
      compactedBytes: 7,
    },
  },
};
