import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bytesSource, col } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import type { Data, Table, Vector } from "apache-arrow";
import { beforeAll, describe, expect, test } from "vitest";
import { firstDifference } from "../engines/engine-difference.js";
import { logicalTexts } from "../support/logical-text.js";
import { tableDifference } from "../support/table-difference.js";
import { hyparquetFile } from "./support/hyparquet-columns.js";

const flights = fileURLToPath(new URL("../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));

/** Rows that are held against hyparquet, which takes its time. */
const start = 2_990_000;
const end = 3_000_000;

describe("three million flights, directly, by the general decoders and by hyparquet", () => {
  const theirs = new Uint8Array(readFileSync(flights));
  const files: Record<string, Uint8Array> = {};
  beforeAll(async () => {
    const table = await read(theirs, true);
    files["as they are"] = theirs;
    files["written hot"] = (await encodeParquet(table)).bytes;
    files["written hot, in many row groups"] = (await encodeParquet(table, { rowGroupRows: 100_001 })).bytes;
  }, 120_000);

  test.each(["as they are", "written hot", "written hot, in many row groups"])(
    "%s",
    async (name) => {
      const bytes = files[name]!;
      const [direct, general] = [await read(bytes, true), await read(bytes, false)];
      expect(direct.numRows).toBe(3_000_000);
      expect(direct.schema.names).toEqual(general.schema.names);
      if (!sameBytes(general, direct)) expect(tableDifference(general, direct)).toBeUndefined();
      const file = hyparquetFile(bytes);
      for (const [i, { name: column, type }] of direct.schema.fields.entries()) {
        const found = logicalTexts(direct.getChildAt(i)!.slice(start, end));
        expect(firstDifference(await file.texts(column, type, start, end), found), column).toBeUndefined();
      }
      for (const part of [
        (table: ReturnType<typeof open>) => table.slice(1_234_567, 3210),
        (table: ReturnType<typeof open>) => table.sample(500, { seed: 3 }),
        (table: ReturnType<typeof open>) => table.where(col("distance").in([337, 2586])).head(2000),
      ]) {
        const [one, other] = [await part(open(bytes, true)).toArrow(), await part(open(bytes, false)).toArrow()];
        expect(one.numRows).toBeGreaterThan(100);
        expect(tableDifference(other as Table, one as Table)).toBeUndefined();
      }
    },
    120_000,
  );
});

const open = (bytes: Uint8Array, direct: boolean) => openParquet(bytesSource(bytes), { direct }).scan();
const read = (bytes: Uint8Array, direct: boolean) => open(bytes, direct).toArrow() as Promise<Table>;

/** Whether all buffers are the same, which is quickly seen; if not, the values may still be. */
function sameBytes(left: Table, right: Table): boolean {
  const buffers = (table: Table) =>
    table.data.flatMap(({ children }) =>
      children.flatMap((column: Data) => [column, ...((column.dictionary as Vector | undefined)?.data ?? [])]),
    );
  const [ours, theirs] = [buffers(left), buffers(right)];
  const same = (one: ArrayBufferView | undefined, other: ArrayBufferView | undefined) =>
    one && other ? bytesOf(one).equals(bytesOf(other)) : one === other;
  return (
    ours.length === theirs.length &&
    ours.every((data, i) => {
      const other = theirs[i]!;
      const isFull = data.nullCount === 0 && other.nullCount === 0;
      return isFull && same(data.values, other.values) && same(data.valueOffsets, other.valueOffsets);
    })
  );
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
