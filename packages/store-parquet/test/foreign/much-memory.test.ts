import { bytesSource } from "@larder/core";
import type { Encoding, ParquetType } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import { afterEach, describe, expect, test } from "vitest";
import type { ForeignLimits } from "../../src/foreign/foreign-limits.js";
import { type ForeignTable, foreignTable } from "../../src/foreign/foreign-table.js";
import { bundledChild } from "./support/bundled-child.js";
import { zstdOfRawBlocks } from "./support/compress.js";
import { type CraftedColumn, craftFile } from "./support/craft-file.js";
import { deltas } from "./support/encode-values.js";

const program = bundledChild();
let table: ForeignTable | undefined;
afterEach(() => table?.close());

function read(bytes: Uint8Array, limits: ForeignLimits = {}): Promise<unknown> {
  table = foreignTable(bytesSource(bytes), { release: async () => {}, program, limits });
  return table
    .scan()
    .toArrow()
    .then(
      ({ numRows }) => numRows,
      (error: unknown) => error,
    );
}

/** A column of so many rows that are all one value, in a few bytes. */
function manyRows(rows: number, type: ParquetType, encoding: Encoding, optional = false): CraftedColumn {
  const value = type === "BYTE_ARRAY" ? Buffer.from("text") : Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0);
  const run = varint(rows * 2);
  return {
    type,
    encoding,
    optional,
    rows: [optional ? null : value],
    editPage: () => (encoding === "RLE_DICTIONARY" ? Uint8Array.of(1, ...run, 0) : new Uint8Array(0)),
    editHeader: (header) => {
      const page = header.field_5 as { field_1: number } | undefined;
      if (page) page.field_1 = rows;
    },
    edit: (metadata) => {
      metadata.num_rows = BigInt(rows);
      metadata.row_groups[0]!.num_rows = BigInt(rows);
      metadata.row_groups[0]!.columns[0]!.meta_data!.num_values = BigInt(rows);
    },
  };
}

const limit = expect.objectContaining({
  code: "foreign-limit",
  facts: expect.objectContaining({ limit: "memory" }),
  message: expect.stringContaining("limits.megabytes"),
});

describe("a small file that asks for much memory", () => {
  test("may have many equal rows, as long as they fit", async () => {
    expect(await read(craftFile(manyRows(3_000_000, "INT64", "RLE_DICTIONARY")))).toBe(3_000_000);
    expect(table!.peakMegabytes).toBeLessThan(512);
  });

  test.each([
    ["INT64", 2 ** 31 - 1],
    ["INT64", 60_000_000],
    ["BYTE_ARRAY", 90_000_000],
  ] as const)("is an error, not the end of a process: %s, %i rows", async (type, rows) => {
    expect(await read(craftFile(manyRows(rows, type, "RLE_DICTIONARY")))).toEqual(limit);
    expect(table!.peakMegabytes).toBeLessThan(512);
    // The process that said so is still there.
    expect([table!.starts, table!.processId]).toEqual([1, expect.any(Number)]);
  });

  test("in texts that each repeat the one before", async () => {
    // 60,000 texts of 20,000 bytes, of which only the first is stored.
    const text = Buffer.alloc(20_000, "a");
    const prefixes = new Array<bigint>(60_000).fill(20_000n).with(0, 0n);
    const lengths = new Array<bigint>(60_000).fill(0n).with(0, 20_000n);
    const file = craftFile({
      type: "BYTE_ARRAY",
      encoding: "DELTA_BYTE_ARRAY",
      rows: new Array(60_000).fill(Buffer.of(97)),
      pageRows: 100_000,
      editPage: () => Buffer.concat([deltas(prefixes, 32), deltas(lengths, 32), text]),
    });
    expect(file.byteLength).toBeLessThan(100_000);
    expect(await read(file)).toEqual(limit);
    expect(table!.peakMegabytes).toBeLessThan(512);
  });

  test("for the window of a zstd frame", async () => {
    const compressor = (bytes: Uint8Array) => {
      const frame = Buffer.from(zstdOfRawBlocks(bytes));
      // A frame of its own window, of 2 GiB, and no length.
      return Buffer.concat([frame.subarray(0, 4), Uint8Array.of(0, 21 << 3), frame.subarray(9)]);
    };
    const column: CraftedColumn = {
      type: "INT32",
      encoding: "PLAIN",
      rows: [Uint8Array.of(1, 2, 3, 4)],
      codec: "ZSTD",
    };
    expect(await read(craftFile({ ...column, compressor }))).toEqual(limit);
  });

  test("in metadata that is longer once it is parsed: its process is ended", async () => {
    const writer = new ByteWriter();
    // 8 million entries of one byte each.
    serializeTCompactProtocol(writer, {
      field_1: 1,
      field_2: [{ field_4: "schema", field_5: 0 }],
      field_3: 0n,
      field_4: [],
    });
    const plain = Buffer.from(writer.getBytes());
    const count = 8_000_000;
    const list = Buffer.concat([
      Uint8Array.of(0x19, 0xfc),
      Uint8Array.from(varint(count)),
      Buffer.alloc(count),
      Buffer.alloc(1),
    ]);
    const footer = Buffer.concat([plain.subarray(0, -1), list]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.byteLength);
    const file = Buffer.concat([Buffer.from("PAR1"), footer, length, Buffer.from("PAR1")]);
    const error = await read(file, { megabytes: 256 });
    expect(error).toEqual(limit);
    // What is taken between two looks comes on top.
    expect(table!.peakMegabytes).toBeLessThan(512);
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}
