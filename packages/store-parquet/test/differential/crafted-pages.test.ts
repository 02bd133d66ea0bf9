import type { CompressionCodec, Encoding, ParquetType, SchemaElement } from "hyparquet";
import { describe, expect, test } from "vitest";
import { craftFile } from "../foreign/support/craft-file.js";
import { seededRandom } from "../support/random-table.js";
import { expectAsHyparquet } from "./support/as-hyparquet.js";
import { expectSameBothWays } from "./support/both-ways.js";

const dictionaries: readonly Encoding[] = ["PLAIN_DICTIONARY", "RLE_DICTIONARY"];
const annotated = (logical_type: object, more: object = {}) => ({ logical_type, ...more }) as Partial<SchemaElement>;
const decimal = (precision: number, scale: number) => ({
  ...annotated({ type: "DECIMAL", precision, scale }),
  precision,
  scale,
});

/** Every physical type with every encoding the format allows for it, and with the meanings that are stored so. */
const types: Readonly<
  Record<
    string,
    {
      type: ParquetType;
      width?: number;
      encodings: readonly Encoding[];
      meanings: Readonly<Record<string, Partial<SchemaElement>>>;
    }
  >
> = {
  boolean: { type: "BOOLEAN", width: 1, encodings: ["PLAIN", "RLE"], meanings: { plain: {} } },
  int32: {
    type: "INT32",
    width: 4,
    encodings: ["PLAIN", ...dictionaries, "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    meanings: {
      plain: {},
      int8: { converted_type: "INT_8" },
      uint16: { converted_type: "UINT_16" },
      uint32: { converted_type: "UINT_32" },
      date: { converted_type: "DATE" },
      time: { converted_type: "TIME_MILLIS" },
      decimal: decimal(9, 2),
    },
  },
  int64: {
    type: "INT64",
    width: 8,
    encodings: ["PLAIN", ...dictionaries, "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
    meanings: {
      plain: {},
      uint64: { converted_type: "UINT_64" },
      micros: { converted_type: "TIMESTAMP_MICROS" },
      millis: annotated({ type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MILLIS" }),
      nanos: annotated({ type: "TIMESTAMP", isAdjustedToUTC: true, unit: "NANOS" }),
      time: { converted_type: "TIME_MICROS" },
      decimal: decimal(18, 4),
    },
  },
  int96: { type: "INT96", width: 12, encodings: ["PLAIN", ...dictionaries], meanings: { plain: {} } },
  float: {
    type: "FLOAT",
    width: 4,
    encodings: ["PLAIN", ...dictionaries, "BYTE_STREAM_SPLIT"],
    meanings: { plain: {} },
  },
  double: {
    type: "DOUBLE",
    width: 8,
    encodings: ["PLAIN", ...dictionaries, "BYTE_STREAM_SPLIT"],
    meanings: { plain: {} },
  },
  bytes: {
    type: "BYTE_ARRAY",
    encodings: ["PLAIN", ...dictionaries, "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"],
    meanings: { plain: {}, text: { converted_type: "UTF8" } },
  },
  fixed: {
    type: "FIXED_LEN_BYTE_ARRAY",
    width: 5,
    encodings: ["PLAIN", ...dictionaries, "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT"],
    meanings: { plain: {}, decimal: decimal(11, 3) },
  },
  half: {
    type: "FIXED_LEN_BYTE_ARRAY",
    width: 2,
    encodings: ["PLAIN", ...dictionaries, "BYTE_STREAM_SPLIT"],
    meanings: { half: annotated({ type: "FLOAT16" }) },
  },
};

const cases = Object.entries(types).flatMap(([name, { encodings }]) =>
  encodings.map((encoding) => [name, encoding] as const),
);

describe("pages put together by hand, directly, by the general decoders and by hyparquet", () => {
  test.each(cases)("%s in %s: every meaning, both page versions, with nulls and without", async (name, encoding) => {
    const { type, width, meanings } = types[name]!;
    const random = seededRandom(cases.length + name.length);
    for (const [meaning, annotation] of Object.entries(meanings)) {
      for (const version of [1, 2] as const) {
        for (const nulls of [undefined, 0, 0.2, 1]) {
          for (const [codec, crc] of [
            ["UNCOMPRESSED", "right"],
            ["UNCOMPRESSED", undefined],
            ["SNAPPY", undefined],
          ] as [CompressionCodec, "right" | undefined][]) {
            const rows = Array.from({ length: 140 }, () =>
              random() < (nulls ?? 0) ? null : someValue(type, meaning, width, random),
            );
            const length = type === "FIXED_LEN_BYTE_ARRAY" ? { type_length: width! } : {};
            const bytes = craftFile({
              type,
              encoding,
              rows,
              version,
              codec,
              optional: nulls !== undefined,
              pageRows: 48,
              annotation: { ...annotation, ...length },
              ...(crc && { crc }),
            });
            const what = `${meaning} V${version} ${nulls} ${codec} ${crc}`;
            const table = await expectSameBothWays(bytes, what, 5);
            if (table instanceof Error) throw table;
            expect(table.getChildAt(0)!.nullCount, what).toBe(rows.filter((row) => row === null).length);
            await expectAsHyparquet(bytes, table, what);
          }
        }
      }
    }
  });
});

/** One of few values, so that dictionaries have fewer entries than there are rows; within what its meaning allows. */
function someValue(type: ParquetType, meaning: string, width: number | undefined, random: () => number): Uint8Array {
  const length = width ?? Math.floor(random() * 9);
  const value = Uint8Array.from({ length }, () => Math.floor(random() * 3) * 0x55);
  if (type === "BOOLEAN") return Uint8Array.of(value[0]! & 1);
  if (meaning === "int8") return value.fill(value[0]! >> 7 ? 0xff : 0, 1);
  if (meaning === "uint16") return value.fill(0, 2);
  if (type !== "INT96") return value;
  // A time of day in nanoseconds, and the Julian day of some moment near 1970.
  value.fill(0, 5, 8);
  new DataView(value.buffer).setInt32(8, 2_440_588 + value[0]! - 100, true);
  return value;
}
