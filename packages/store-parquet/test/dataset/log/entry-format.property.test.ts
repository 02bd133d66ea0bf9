import { loadXxhash } from "@larder/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LogFile, readLogFile, writeLogFile } from "../../../src/dataset/log/entry-format.js";
import { runs } from "../../engines/runs.js";
import { randomColumns, randomRecords } from "./support/random-records.js";
import { plain } from "./support/sample-dataset.js";

const tokens = fc.string({ minLength: 1, maxLength: 16 });
const numbers = fc.nat(2 ** 53 - 1);
const parts = fc.array(randomRecords, { maxLength: 4 });
const names = randomRecords.map(({ name }) => name);

const entries: fc.Arbitrary<LogFile> = fc.record({
  type: fc.constant("entry" as const),
  number: numbers,
  token: tokens,
  previous: tokens,
  change: fc.record(
    {
      kind: fc.constantFrom("batch" as const, "merge" as const, "drop" as const),
      add: parts,
      remove: fc.array(names, { maxLength: 3 }),
      columns: randomColumns,
      gone: fc.array(names, { maxLength: 3 }),
    },
    { requiredKeys: ["kind", "add", "remove"], noNullPrototype: true },
  ),
});

const states: fc.Arbitrary<LogFile> = fc
  .tuple(numbers, fc.constantFrom("state" as const, "rebuilt" as const), tokens, parts, randomColumns, names, numbers)
  .map(([number, type, token, some, columns, name, bytes]) => ({
    type,
    number,
    token,
    state: {
      entry: number,
      parts: new Map(some.map((part) => [part.name, part])),
      columns,
      sequence: bytes,
      retired: [{ name, entry: number }],
      storedBytes: bytes,
      compactedBytes: number,
    },
  }));

describe("a file of the log", () => {
  test("tells what was written", async () => {
    const xxhash = await loadXxhash();
    fc.assert(
      fc.property(fc.oneof(entries, states), (file) => {
        const bytes = writeLogFile(file, xxhash);
        const read = readLogFile(bytes, xxhash, "file", file.number);
        expect(plain(read)).toEqual(plain(file));
        expect(Buffer.compare(writeLogFile(read, xxhash), bytes)).toBe(0);
      }),
      runs(150, 20_261_128),
    );
  });

  test("is refused when it is cut, longer, changed anywhere, or under another number", async () => {
    const xxhash = await loadXxhash();
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      flip: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(fc.oneof(entries, states), damage, (file, { at, flip }) => {
        const bytes = writeLogFile(file, xxhash);
        const place = Math.floor(at * bytes.byteLength);
        const flipped = Uint8Array.from(bytes);
        flipped[place]! ^= flip;
        const longer = Buffer.concat([bytes, Buffer.alloc(1 + flip)]);
        for (const damaged of [bytes.slice(0, place), flipped, longer]) {
          expect(() => readLogFile(damaged, xxhash, "file", file.number)).toThrow(
            expect.objectContaining({ code: "damaged-log-file" }),
          );
        }
        expect(() => readLogFile(bytes, xxhash, "file", file.number === 0 ? 1 : file.number - 1)).toThrow(/number/);
      }),
      runs(150, 20_261_129),
    );
  });
});
