import { closeSync, mkdirSync, openSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadXxhash, type Xxhash } from "@larder/core";
import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import {
  encodeBeginning,
  encodeJournalRecord,
  type JournalKind,
  journalKinds,
  journalRecords,
  readBeginning,
} from "../../src/journal/journal-records.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = 20_261_127;
let xxhash: Xxhash;
let path: string;

beforeAll(async () => {
  console.log(`seed ${seed}`);
  xxhash = await loadXxhash();
  path = join(dirname(cacheDirectory()), "journal");
  mkdirSync(dirname(path), { recursive: true });
});

interface Written {
  readonly kind: JournalKind;
  readonly payload: Uint8Array;
}

const record: fc.Arbitrary<Written> = fc.record({
  kind: fc.constantFrom(journalKinds.stored, journalKinds.deleted, journalKinds.cleared),
  // Payloads that hold the mark by which records are found are among them.
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.constant(Uint8Array.from([0x4c, 0x4a, 0xf2, 0x0a, 5, 0, 0, 0, 2])),
    fc.uint8Array({ minLength: 3000, maxLength: 5000 }),
  ),
});

const encode = ({ kind, payload }: Written) => encodeJournalRecord(kind, payload, xxhash);
const shown = ({ kind, payload }: Written) => `${kind} ${Buffer.from(payload).toString("hex")}`;

function read(bytes: Uint8Array): { records: string[]; damagedBytes: number } {
  writeFileSync(path, bytes);
  const file = openSync(path, "r");
  let damagedBytes = 0;
  try {
    const stretch = { start: 0, end: statSync(path).size, onDamage: (count: number) => (damagedBytes += count) };
    return { records: [...journalRecords(file, stretch, xxhash)].map(shown), damagedBytes };
  } finally {
    closeSync(file);
  }
}

test("what was written is read again, in order", () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), (written) => {
      expect(read(Buffer.concat(written.map(encode)))).toEqual({ records: written.map(shown), damagedBytes: 0 });
    }),
    { seed, numRuns: 200 },
  );
});

test("a record that was cut off at the end is not there, and those before it are", () => {
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 10 }), fc.nat(), (written, cut) => {
      const all = written.map(encode);
      const last = all.at(-1)!;
      const left = 1 + (cut % (last.byteLength - 1));
      const bytes = Buffer.concat([...all.slice(0, -1), last.subarray(0, left)]);
      expect(read(bytes)).toEqual({ records: written.slice(0, -1).map(shown), damagedBytes: left });
    }),
    { seed, numRuns: 300 },
  );
});

test("damage costs the records it touches and no others, wherever it is and whatever it looks like", () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 2, maxLength: 12 }),
      fc.nat(),
      fc.uint8Array({ minLength: 1, maxLength: 60 }),
      (written, where, noise) => {
        const all = written.map(encode);
        const bytes = Buffer.concat(all);
        const at = where % bytes.byteLength;
        const before = Buffer.from(bytes);
        bytes.set(noise.subarray(0, bytes.byteLength - at), at);
        let start = 0;
        const untouched = written.filter((_, i) => {
          const end = start + all[i]!.byteLength;
          const same = before.compare(bytes, start, end, start, end) === 0;
          start = end;
          return same;
        });
        expect(read(bytes).records).toEqual(untouched.map(shown));
      },
    ),
    { seed, numRuns: 1000 },
  );
});

test("the first record says which index the journal belongs to", () => {
  const beginning = { indexId: Buffer.alloc(16, 7), journalId: Buffer.alloc(8, 3), begunBytes: 12_345 };
  writeFileSync(path, encodeBeginning(beginning, xxhash));
  const file = openSync(path, "r");
  expect(readBeginning(file, statSync(path).size, xxhash)).toEqual(beginning);
  expect(readBeginning(file, 20, xxhash)).toBeUndefined();
  closeSync(file);
});
