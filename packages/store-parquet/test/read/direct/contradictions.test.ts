import { LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { makeTable } from "../../support/random-table.js";
import { tableDifference } from "../../support/table-difference.js";
import { type WrittenChunk, writtenFile } from "../../support/written-file.js";
import { scatteringSource } from "./support/scattering-source.js";

const types = ["int64", "int16", "bool", "utf8", "largeBinary", "dictionary8", "dictionary32Ordered", "decimal"];

/** A file of one column, with several pages in each of two row groups. */
async function fileOf(type: string, nulls: number): Promise<Uint8Array> {
  const table = makeTable({ columns: [{ type, name: "c", nulls }], batches: [90], cut: [0, 0], seed: 11 });
  return (await encodeParquet(table, { rowGroupRows: 48, pageRows: 16 })).bytes;
}

/** What reading gives: a table, or the code and the words of an error. */
async function outcomeOf(bytes: Uint8Array, direct: boolean): Promise<Table | string> {
  try {
    return await openParquet(scatteringSource(bytes), { direct }).scan().toArrow();
  } catch (error) {
    if (LarderError.isInstance(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** Expects the same of both ways, whatever it is, and says whether it was a table. */
async function expectSame(bytes: Uint8Array, what: string): Promise<boolean> {
  const [direct, general] = [await outcomeOf(bytes, true), await outcomeOf(bytes, false)];
  if (typeof direct === "string" || typeof general === "string") {
    expect(direct, what).toEqual(general);
    return false;
  }
  expect(tableDifference(general, direct), what).toBeUndefined();
  return true;
}

/** Changes each byte of a range in several ways, and expects the same of both ways of reading each time. */
async function expectSameWithAnyByteChanged(bytes: Uint8Array, start: number, end: number): Promise<number> {
  let tables = 0;
  for (let at = start; at < end; at++) {
    for (const mask of [0x01, 0x02, 0x04, 0x80, 0xff]) {
      const changed = new Uint8Array(bytes);
      changed[at]! ^= mask;
      if (await expectSame(changed, `byte ${at} changed by ${mask}`)) tables++;
    }
  }
  return tables;
}

function chunksOf(bytes: Uint8Array): WrittenChunk[] {
  return writtenFile(bytes).rowGroups.flat() as WrittenChunk[];
}

describe.each([0, 0.3])("with a share of %d nulls", (nulls) => {
  test.each(types)("%s: any byte of a page changed", async (type) => {
    const bytes = await fileOf(type, nulls);
    const { pages } = chunksOf(bytes)[0]!;
    const { offset, byteLength } = pages[1]!;
    await expectSameWithAnyByteChanged(bytes, offset, offset + Math.min(byteLength, 90));
  });

  test.each(types)("%s: any byte of the dictionary or the first page changed", async (type) => {
    const bytes = await fileOf(type, nulls);
    await expectSameWithAnyByteChanged(bytes, 4, 70);
  });

  test.each(types)("%s: any byte of the page indexes changed is as good as none", async (type) => {
    const bytes = await fileOf(type, nulls);
    const last = chunksOf(bytes).at(-1)!.pages.at(-1)!;
    const footer =
      bytes.byteLength - 8 - new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.byteLength - 8, true);
    const start = last.offset + last.byteLength;
    const sound = (await outcomeOf(bytes, false)) as Table;
    for (let at = start; at < footer; at++) {
      for (const mask of [0x01, 0x02, 0x04, 0x80, 0xff]) {
        const changed = new Uint8Array(bytes);
        changed[at]! ^= mask;
        // Whole columns are read without an index, so it can't spoil them.
        const found = await outcomeOf(changed, true);
        expect(
          typeof found === "string" ? found : tableDifference(sound, found),
          `byte ${at}, ${mask}`,
        ).toBeUndefined();
      }
    }
  });
});
