import { bytesSource, LarderError } from "@larder/core";
import { openParquet } from "@larder/store-parquet";
import type { CompressionCodec, Encoding, ParquetType } from "hyparquet";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../support/random-table.js";
import { rawValues } from "../support/table-difference.js";
import { gzipMembers, hadoopFrames, lz4Block, zlibStream } from "./support/compress.js";
import { type CraftedColumn, craftFile } from "./support/craft-file.js";

const seed = 20_261_127;

/** The encodings that the format allows for each type. */
const allowed: Readonly<Record<string, { width?: number; encodings: readonly Encoding[] }>> = {
  BOOLEAN: { width: 1, encodings: ["PLAIN", "RLE"] },
  INT32: {
    width: 4,
    encodings: ["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
  },
  INT64: {
    width: 8,
    encodings: ["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_BINARY_PACKED", "BYTE_STREAM_SPLIT"],
  },
  FLOAT: { width: 4, encodings: ["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "BYTE_STREAM_SPLIT"] },
  DOUBLE: { width: 8, encodings: ["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "BYTE_STREAM_SPLIT"] },
  BYTE_ARRAY: {
    encodings: ["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"],
  },
  FIXED_LEN_BYTE_ARRAY: {
    width: 5,
    encodings: ["PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_BYTE_ARRAY", "BYTE_STREAM_SPLIT"],
  },
};

const codecs: CompressionCodec[] = ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4", "LZ4_RAW"];
const cases = Object.entries(allowed).flatMap(([type, { encodings }]) =>
  encodings.map((encoding) => [type as ParquetType, encoding] as const),
);

describe(`files put together page by page (seed ${seed})`, () => {
  test.each(cases)("%s in %s: both page versions, every codec, with nulls and without", async (type, encoding) => {
    const random = seededRandom(seed);
    for (const codec of codecs) {
      for (const version of [1, 2] as const) {
        for (const nulls of [0, 0.3, 1]) {
          const rows = someRows(type, 250, nulls, random);
          const column = { type, encoding, codec, version, optional: nulls > 0, rows, ...typeLength(type) };
          await expectRows(column, `${codec} V${version} ${nulls}`);
        }
      }
    }
  });

  test("columns without a row, and pages of one row", async () => {
    for (const [type, encoding] of cases) {
      const column = { type, encoding, optional: true, ...typeLength(type) };
      for (const version of [1, 2] as const) {
        await expectRows({ ...column, version, rows: [] }, `${type} ${encoding} V${version}, none`);
        const rows = someRows(type, 20, 0.4, seededRandom(seed));
        await expectRows({ ...column, version, rows, pageRows: 1 }, `${type} ${encoding} V${version}, one each`);
      }
    }
  });

  test("byte streams of every width from 1 to 33", async () => {
    const random = seededRandom(seed + 1);
    for (let width = 1; width <= 33; width++) {
      const rows = Array.from({ length: 130 }, () => (random() < 0.2 ? null : randomBytes(width, random)));
      const annotation = { type_length: width };
      const column: CraftedColumn = {
        type: "FIXED_LEN_BYTE_ARRAY",
        encoding: "BYTE_STREAM_SPLIT",
        rows,
        optional: true,
        annotation,
      };
      await expectRows(column, `width ${width}`);
    }
  });

  test("delta blocks of every shape", async () => {
    const random = seededRandom(seed + 2);
    for (const blocks of [
      [128, 32],
      [256, 32],
      [128, 128],
      [1024, 8],
      [640, 64],
    ] as const) {
      for (const [type, encoding] of cases.filter(([, name]) => name.startsWith("DELTA"))) {
        const rows = someRows(type, 700, 0.1, random);
        await expectRows(
          { type, encoding, blocks, rows, optional: true, pageRows: 400, ...typeLength(type) },
          `${blocks}`,
        );
      }
    }
  });

  test("levels in the deprecated BIT_PACKED encoding", async () => {
    const rows = someRows("INT32", 333, 0.4, seededRandom(seed + 3));
    for (const codec of codecs) {
      await expectRows(
        { type: "INT32", encoding: "PLAIN", rows, optional: true, levels: "BIT_PACKED", pageRows: 61, codec },
        codec,
      );
    }
  });

  test("gzip of several members or in zlib's form, LZ4 in Hadoop's frames or in none", async () => {
    const rows = someRows("BYTE_ARRAY", 300, 0.1, seededRandom(seed + 4));
    const column = { type: "BYTE_ARRAY", encoding: "PLAIN", rows, optional: true } as const;
    await expectRows({ ...column, codec: "GZIP", compressor: gzipMembers }, "members");
    await expectRows({ ...column, codec: "GZIP", compressor: zlibStream }, "zlib");
    await expectRows({ ...column, codec: "LZ4", compressor: lz4Block }, "no frame");
    for (const frames of [1, 2, 3]) {
      const compressor = (bytes: Uint8Array) => {
        const length = Math.ceil(bytes.byteLength / frames);
        const lengths = Array.from({ length: frames }, (_, i) => Math.min(length, bytes.byteLength - i * length));
        return hadoopFrames(bytes, lengths, 2);
      };
      await expectRows({ ...column, codec: "LZ4", compressor }, `${frames} frames`);
    }
  });

  test("a page whose checksum is right is read, one whose checksum is wrong is not", async () => {
    for (const [type, encoding] of cases) {
      for (const version of [1, 2] as const) {
        const rows = someRows(type, 150, 0.2, seededRandom(seed + 5));
        const column = { type, encoding, rows, optional: true, version, codec: "SNAPPY", ...typeLength(type) } as const;
        await expectRows({ ...column, crc: "right" }, `${type} ${encoding}`);
        expect(await refusal({ ...column, crc: "wrong" })).toBe("damaged-parquet: a page does not meet its checksum");
      }
    }
  });

  test("decimals of every storage and width, the sign kept", async () => {
    const unscaled = [0n, 1n, -1n, 127n, -128n, 32_767n, -32_768n];
    const stored = (value: bigint, width: number, bigEndian: boolean): Uint8Array => {
      const bytes = Array.from({ length: width }, (_, i) =>
        Number((BigInt.asUintN(width * 8, value) >> BigInt(8 * i)) & 0xffn),
      );
      return Uint8Array.from(bigEndian ? bytes.reverse() : bytes);
    };
    const decimal = (precision: number) => ({ converted_type: "DECIMAL", precision, scale: 2 }) as const;
    const read = async (type: ParquetType, rows: Uint8Array[], annotation: CraftedColumn["annotation"]) => {
      const file = craftFile({ type, encoding: "PLAIN", rows, ...(annotation && { annotation }) });
      const table = await openParquet(bytesSource(file)).scan().toArrow();
      const width = table.schema.fields[0]!.type.bitWidth / 8;
      return rawValues(table.getChildAt(0)!).map((hex) => {
        const bytes = Buffer.from(hex!, "hex").reverse();
        return BigInt.asIntN(width * 8, BigInt(`0x${bytes.toString("hex")}`));
      });
    };
    for (let width = 2; width <= 32; width++) {
      const rows = unscaled.map((value) => stored(value, width, true));
      const annotation = { ...decimal(width <= 16 ? 5 : 50), type_length: width };
      expect(await read("FIXED_LEN_BYTE_ARRAY", rows, annotation)).toEqual(unscaled);
    }
    const shortest = unscaled.map((value) => stored(value, value >= -128n && value < 128n ? 1 : 2, true));
    expect(await read("BYTE_ARRAY", shortest, decimal(5))).toEqual(unscaled);
    expect(
      await read(
        "INT32",
        unscaled.map((value) => stored(value, 4, false)),
        decimal(5),
      ),
    ).toEqual(unscaled);
    expect(
      await read(
        "INT64",
        unscaled.map((value) => stored(value, 8, false)),
        decimal(15),
      ),
    ).toEqual(unscaled);
  });

  test("INT96 timestamps are nanoseconds, before 1970 too", async () => {
    const moments = [0n, 1n, -1n, 1_234_567_890_123_456_789n, -1_234_567_890_123_456_789n];
    const day = 86_400_000_000_000n;
    const rows = moments.map((moment) => {
      const bytes = Buffer.alloc(12);
      const days = moment / day - (moment % day < 0n ? 1n : 0n);
      bytes.writeBigInt64LE(moment - days * day);
      bytes.writeUInt32LE(Number(days + 2_440_588n), 8);
      return bytes;
    });
    for (const encoding of ["PLAIN", "RLE_DICTIONARY"] as const) {
      const file = craftFile({ type: "INT96", encoding, rows });
      const columns = await openParquet(bytesSource(file)).scan().toColumns();
      expect([...(columns.c as BigInt64Array)]).toEqual(moments);
    }
  });

  test("what contradicts itself is refused", async () => {
    const rows = someRows("INT32", 50, 0.2, seededRandom(seed + 6));
    const plain: CraftedColumn = { type: "INT32", encoding: "PLAIN", rows, optional: true };
    const cut: CraftedColumn["editPage"] = (body) => body.subarray(0, body.byteLength - 1);
    expect(await refusal({ ...plain, editPage: cut })).toMatch(/^damaged-parquet/);
    for (const [type, encoding] of cases) {
      // So many that nothing is padded.
      const values = someRows(type, encoding.startsWith("DELTA") ? 65 : 64, 0, seededRandom(seed + 7));
      const column = { type, encoding, rows: values, ...typeLength(type) };
      expect([type, encoding, await refusal({ ...column, editPage: cut })]).toEqual([
        type,
        encoding,
        expect.stringMatching(/^damaged-parquet/),
      ]);
    }
    const nulls = {
      ...plain,
      version: 2,
      editHeader: (header: Record<string, unknown>) => {
        const v2 = header.field_8 as { field_2: number } | undefined;
        if (v2) v2.field_2++;
      },
    } as const;
    expect(await refusal(nulls)).toBe("damaged-parquet: the number of nulls in a page is not as stated");
    const many = {
      ...plain,
      editHeader: (header: Record<string, unknown>) => {
        const v1 = header.field_5 as { field_1: number } | undefined;
        if (v1) v1.field_1 = 2 ** 31 - 1;
      },
    };
    expect(await refusal(many)).toMatch(/^damaged-parquet/);
  });

  test("an encoding or codec that does not exist is refused by name", async () => {
    const rows = someRows("INT32", 50, 0, seededRandom(seed + 8));
    const plain: CraftedColumn = { type: "INT32", encoding: "PLAIN", rows };
    const encoded = (place: number): CraftedColumn => ({
      ...plain,
      editHeader: (header) => {
        (header.field_5 as { field_2: number }).field_2 = place;
      },
    });
    expect(await refusal(encoded(4))).toBe("unsupported-parquet: values of type INT32 in the encoding BIT_PACKED");
    expect(await refusal(encoded(7))).toBe(
      "unsupported-parquet: values of type INT32 in the encoding DELTA_BYTE_ARRAY",
    );
    const packed = (codec: CompressionCodec): CraftedColumn => ({ ...plain, codec, compressor: (bytes) => bytes });
    expect(await refusal(packed("LZO"))).toBe("unsupported-parquet: pages compressed with LZO");
  });
});

async function expectRows(column: CraftedColumn, what: string): Promise<void> {
  const table = await openParquet(bytesSource(craftFile(column)))
    .scan()
    .toArrow();
  const found = rawValues(table.getChildAt(0)!);
  const expected = column.rows.map(
    (row) => row && (column.type === "BOOLEAN" ? String(row[0]) : Buffer.from(row).toString("hex")),
  );
  expect([what, found]).toEqual([what, expected]);
}

async function refusal(column: CraftedColumn): Promise<string> {
  try {
    await openParquet(bytesSource(craftFile(column)))
      .scan()
      .toArrow();
    return "read";
  } catch (error) {
    if (!LarderError.isInstance(error)) throw error;
    return `${error.code}: ${error.facts.reason}`;
  }
}

function typeLength(type: ParquetType): { annotation?: { type_length: number } } {
  return type === "FIXED_LEN_BYTE_ARRAY" ? { annotation: { type_length: 5 } } : {};
}

function someRows(type: ParquetType, count: number, nulls: number, random: () => number): (Uint8Array | null)[] {
  const { width } = allowed[type]!;
  const few = Array.from({ length: 40 }, () => randomBytes(width ?? Math.floor(random() * 30), random));
  return Array.from({ length: count }, () => {
    if (random() < nulls) return null;
    if (type === "BOOLEAN") return Uint8Array.of(random() < 0.5 ? 1 : 0);
    return random() < 0.7
      ? few[Math.floor(random() * few.length)]!
      : randomBytes(width ?? Math.floor(random() * 30), random);
  });
}

function randomBytes(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}
