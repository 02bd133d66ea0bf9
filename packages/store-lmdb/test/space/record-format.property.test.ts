import type { BlobRecord } from "@larder/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { decodeRecord, encodeRecord } from "../../src/record-format.js";

const seed = 20_261_127;
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, Number.NaN, 1e300, 4_102_444_800_000));
const anything = fc.jsonValue();
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const checksum = fc.oneof(
  hex(16).map((digits) => `xxh64:${digits}`),
  hex(64).map((digits) => `blake3:${digits}`),
  fc.string(),
  fc.constantFrom("xxh64:ABCDEF0123456789", "xxh64:0123", "blake3:", ""),
);
const codec = fc.oneof(
  fc.constantFrom(
    "larder.bytes.1",
    "larder.structured.1",
    "larder.parquet.1",
    "larder.alias.1",
    "",
    "é",
    "a".repeat(300),
  ),
  fc.string({ maxLength: 20 }),
);

const record = fc.record(
  {
    codec,
    byteLength: fc.oneof(number, anything),
    checksum,
    createdAt: fc.oneof(number, anything),
    expiresAt: fc.oneof(number, anything),
    keepUntil: number,
    costSeconds: fc.oneof(number, anything),
    pinned: fc.oneof(fc.boolean(), anything),
    tags: fc.array(fc.string({ unit: "binary" })),
    origin: fc.oneof(fc.string({ unit: "grapheme" }), anything),
    valueDigest: fc.string(),
    details: anything,
    rest: anything,
    constructor: anything,
  },
  { requiredKeys: [] },
);

test("a record comes back with every field that JSON can carry, also fields of a later version", () => {
  fc.assert(
    fc.property(record, fc.boolean(), (fields, hasProto) => {
      const whole = hasProto
        ? Object.defineProperty({ ...fields }, "__proto__", { value: [1], enumerable: true })
        : fields;
      const expected = JSON.parse(JSON.stringify(whole)) as object;
      const bytes = encodeRecord(whole as unknown as BlobRecord);
      // Within other memory, at a place that is not aligned.
      const around = Buffer.concat([Buffer.alloc(3, 0xff), bytes, Buffer.alloc(5, 0xff)]);
      const decoded = decodeRecord(around.subarray(3, 3 + bytes.byteLength));
      expect(byName(decoded!)).toEqual(byName(expected));
    }),
    { seed, numRuns: 3_000 },
  );
});

/** Not as an object: '__proto__' is a name like any other. */
function byName(object: object): [string, unknown][] {
  return Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
}

test("a common record is short, and has no JSON in it", () => {
  const common = {
    codec: "larder.structured.1",
    byteLength: 7,
    checksum: "xxh64:0123456789abcdef",
    createdAt: 1,
    expiresAt: 2,
  };
  expect(encodeRecord(common).byteLength).toBe(52);
  expect(encodeRecord(common).includes("{")).toBe(false);
  expect(decodeRecord(encodeRecord(common))).toEqual(common);
});

test("bytes that are no record are none, whatever they are", () => {
  const sound = encodeRecord({ codec: "own", byteLength: 1, checksum: "", createdAt: 1, tags: ["a"] });
  for (let end = 0; end < sound.byteLength; end++) decodeRecord(sound.subarray(0, end));
  expect(decodeRecord(sound.subarray(0, 20))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      if (bytes.byteLength > 0) bytes[0] = 1;
      decodeRecord(bytes);
    }),
    { seed, numRuns: 2_000 },
  );
});
