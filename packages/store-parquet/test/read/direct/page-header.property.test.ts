import { LarderError } from "@larder/core";
import fc from "fast-check";
import { parquetHeader } from "hyparquet/src/column.js";
import { readOffsetIndex } from "hyparquet/src/indexes.js";
import { ByteWriter } from "hyparquet-writer";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import { expect, test } from "vitest";
import { readPageBounds, readPageHeader, readPageLocations } from "../../../src/format/page-header.js";
import { runs } from "../../engines/runs.js";

type Fields = Record<string, unknown>;

function written(fields: Fields): Uint8Array {
  const writer = new ByteWriter();
  serializeTCompactProtocol(writer, fields as never);
  return new Uint8Array(writer.getBytes());
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const size = fc.nat({ max: 2 ** 31 - 1 });
const encoding = fc.nat({ max: 9 });
const bytes = fc.uint8Array({ maxLength: 40 });
const statistics = fc.record({ field_5: bytes, field_6: bytes });
const dataHeader = fc.record({
  field_1: size,
  field_2: encoding,
  field_3: encoding,
  field_4: encoding,
  field_5: statistics,
});
const dictionaryHeader = fc.record({ field_1: size, field_2: encoding, field_3: fc.boolean() });
const dataHeaderV2 = fc.record({
  field_1: size,
  field_2: size,
  field_3: size,
  field_4: encoding,
  field_5: size,
  field_6: size,
  field_7: fc.boolean(),
  field_8: statistics,
});
const sizes = fc.record({ field_2: int32, field_3: int32, field_4: int32 });
const headers: fc.Arbitrary<Fields> = fc.oneof(
  fc.tuple(sizes, dataHeader).map(([common, field_5]): Fields => ({ field_1: 0, ...common, field_5 })),
  fc.tuple(sizes, dictionaryHeader).map(([common, field_7]): Fields => ({ field_1: 2, ...common, field_7 })),
  fc.tuple(sizes, dataHeaderV2).map(([common, field_8]): Fields => ({ field_1: 3, ...common, field_8 })),
);

/** What is stated, without statistics, which nothing reads. */
function stated(header: object): unknown {
  return JSON.parse(JSON.stringify(header, (key, value) => (/^statistics|^is_sorted/.test(key) ? undefined : value)));
}

test("page headers are what hyparquet finds, and end where they end", () => {
  fc.assert(
    fc.property(headers, fc.nat(20), (fields, offset) => {
      const header = written(fields);
      const around = new Uint8Array([...new Uint8Array(offset), ...header, 1, 2, 3]);
      const found = readPageHeader(around, offset);
      expect(found.end).toBe(offset + header.byteLength);
      expect(stated(found.header)).toEqual(stated(parquetHeader({ view: viewOf(around), offset })));
    }),
    runs(1000, 20_261_130),
  );
});

test("offset indexes are what hyparquet finds", () => {
  const place = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });
  const location = fc.record({ field_1: place, field_2: size, field_3: place });
  fc.assert(
    fc.property(fc.array(location, { minLength: 1, maxLength: 40 }), fc.boolean(), (locations, hasBytes) => {
      const lengths = locations.map(({ field_3 }) => field_3);
      const index = written({ field_1: locations, ...(hasBytes && { field_2: lengths }) });
      const wanted = readOffsetIndex({ view: viewOf(index), offset: 0 });
      const found = readPageLocations(index);
      expect(found.map(({ offset, byteLength, firstRow }) => [BigInt(offset), byteLength, BigInt(firstRow)])).toEqual(
        wanted.page_locations.map((page) => [page.offset, page.compressed_page_size, page.first_row_index]),
      );
      expect(found.map(({ unencodedBytes }) => unencodedBytes)).toEqual(
        locations.map((_, i) => (hasBytes ? Number(lengths[i]) : undefined)),
      );
    }),
    runs(500, 20_261_131),
  );
});

test("whatever the bytes, there is an answer or a clean error, and never more memory than bytes call for", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), headers, fc.nat(60), (noise, fields, cut) => {
      for (const read of [(from: Uint8Array) => readPageHeader(from, 0), readPageLocations, readPageBounds]) {
        for (const from of [noise, written(fields).subarray(0, cut), new Uint8Array([...written(fields), ...noise])]) {
          try {
            read(from);
          } catch (error) {
            expect(LarderError.isInstance(error)).toBe(true);
          }
        }
      }
    }),
    runs(2000, 20_261_132),
  );
});

test("lists that state more elements than there are bytes, and structs without an end, are refused", () => {
  const refused = expect.objectContaining({ code: "damaged-parquet" });
  // A list of 2^31 - 1 structs; nested structs; a number that goes on.
  for (const bytes of [
    [0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07],
    Array.from({ length: 100 }, () => 0x1c),
    [0x15, ...Array.from({ length: 11 }, () => 0xff), 0x00],
    [0x18, 0x05, 0x01],
    [0x1b, 0x00],
  ]) {
    expect(() => readPageLocations(Uint8Array.from(bytes))).toThrow(refused);
  }
});
