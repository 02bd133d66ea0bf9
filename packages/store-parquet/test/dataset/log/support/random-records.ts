import fc from "fast-check";
import type { IdSet } from "../../../../src/dataset/ids/id-set.js";
import { idSetOf } from "../../../../src/dataset/ids/make-id-set.js";
import type { Epoch, PartColumn, PartRecord } from "../../../../src/dataset/part-record.js";
import { newPartName } from "../../../../src/dataset/parts/part-name.js";

const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "__proto__", "\ud800", "a\u0000b"));
const sequences = fc.nat(2 ** 53 - 1);

const keySets: fc.Arbitrary<IdSet> = fc.oneof(
  fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), { maxLength: 12 }).map((ids) => idSetOf(BigInt64Array.from(ids))),
  fc
    .record({
      from: fc.integer({ min: -100_000, max: 100_000 }),
      count: fc.nat(9000),
      step: fc.constantFrom(1, 2, 70_000),
    })
    .map(({ from, count, step }) => idSetOf(BigInt64Array.from({ length: count }, (_, i) => BigInt(from + i * step)))),
);

const columns: fc.Arbitrary<PartColumn> = fc.record(
  {
    name: anyText,
    type: fc.constantFrom("Int32", "Utf8", "Timestamp<MILLISECOND>"),
    fitsDouble: fc.boolean(),
    metadata: fc.dictionary(fc.constantFrom("larder:json", "k"), anyText, { noNullPrototype: true }),
  },
  { requiredKeys: ["name", "type"], noNullPrototype: true },
);

/** Epochs of all kinds; those of one part may share a set of keys. */
function epochsOver(keys: IdSet): fc.Arbitrary<Epoch> {
  const someKeys = fc.oneof(fc.constant(keys), keySets);
  const fetched = {
    sequence: sequences,
    keys: someKeys,
    fetchedAt: fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 }),
  };
  const options = { noNullPrototype: true };
  return fc.oneof(
    fc.record(
      {
        kind: fc.constant("rows" as const),
        ...fetched,
        version: anyText,
        columns: fc.array(anyText, { maxLength: 4 }),
      },
      { ...options, requiredKeys: ["kind", "sequence", "keys", "fetchedAt", "columns"] },
    ),
    fc.record(
      {
        kind: fc.constant("absent" as const),
        ...fetched,
        version: anyText,
        texts: fc.array(anyText, { maxLength: 4 }),
      },
      { ...options, requiredKeys: ["kind", "sequence", "keys", "fetchedAt"] },
    ),
    fc.record(
      { kind: fc.constant("invalid" as const), sequence: sequences, keys: someKeys, at: fc.nat() },
      { ...options, requiredKeys: ["kind", "sequence", "at"] },
    ),
  );
}

/** Records of parts as a log may hold them, each with a name of its own. */
export const randomRecords: fc.Arbitrary<PartRecord> = fc
  .tuple(fc.constantFrom("base" as const, "recent" as const), keySets)
  .chain(([place, keys]) =>
    fc.record(
      {
        name: fc.nat().map((low) => newPartName(place, BigInt(low))),
        place: fc.constant(place),
        keys: fc.constant(keys),
        byteLength: sequences,
        checksum: anyText,
        chunkDigests: fc.uint8Array({ maxLength: 40 }),
        columns: fc.array(columns, { maxLength: 4 }),
        epochs: fc.array(epochsOver(keys), { maxLength: 5 }),
        replaces: fc.array(
          fc.nat().map((low) => newPartName("base", BigInt(low))),
          { maxLength: 2 },
        ),
      },
      { noNullPrototype: true },
    ),
  );

/** Columns as a registry has them. */
export const randomColumns: fc.Arbitrary<PartColumn[]> = fc.array(columns, { maxLength: 5 });
