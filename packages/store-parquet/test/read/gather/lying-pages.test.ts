import { type BlobSource, bytesSource, col } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { beforeAll, describe, expect, test } from "vitest";
import type { PlainValues } from "../../../src/read/decode-values.js";
import { gatherTarget } from "../../../src/read/gather/gather-target.js";
import { workspace } from "../../../src/read/gather/workspace.js";
import { openedFile } from "../../../src/read/opened-file.js";

const damaged = expect.objectContaining({ code: "damaged-parquet" });

const pageRows = 65_536;
const count = 3 * pageRows;
const columns = ["id", "price"];
let file: Uint8Array;

beforeAll(async () => {
  const table = new arrow.Table({
    id: arrow.makeVector(BigInt64Array.from({ length: count }, (_, i) => BigInt(i) * 3n)),
    price: arrow.makeVector(Float64Array.from({ length: count }, (_, i) => i)),
  });
  file = (await encodeParquet(table, { pageRows })).bytes;
});

function sourceOf(bytes: Uint8Array): BlobSource {
  return { ...bytesSource(bytes), blockBytes: 4096 };
}

/** The file, in which the second page of a column is said to begin eight rows later than it does. */
async function withLie(column: string): Promise<Uint8Array> {
  const { layout } = await openedFile(bytesSource(file)).open();
  const { start, end } = layout.rowGroups[0]!.chunks[columns.indexOf(column)]!.offsetIndex!;
  const lying = Buffer.from(file);
  // 65,536 as a zigzag varint, and 65,544.
  const at = lying.indexOf(Uint8Array.of(0x80, 0x80, 0x08), start);
  expect(at).toBeGreaterThan(start);
  expect(at).toBeLessThan(end);
  lying[at] = 0x90;
  return new Uint8Array(lying);
}

describe("an offset index that lies about the rows of a page is found out", () => {
  const wanted = [10, 70_000, 140_000];

  test("where the column is searched", async () => {
    const ids = wanted.map((row) => BigInt(row) * 3n);
    const look = (bytes: Uint8Array) => openParquet(sourceOf(bytes), { direct: true }).scan().where(col("id").in(ids));
    expect((await look(file).toColumns()).price).toEqual(Float64Array.from(wanted));
    const lying = await withLie("id");
    await expect(look(lying).count()).rejects.toThrow(damaged);
    await expect(look(lying).select(["price"]).toArrow()).rejects.toThrow(damaged);
  });

  test.each(wanted.slice(0, 2))("where rows are picked from, such as row %i", async (row) => {
    const look = (bytes: Uint8Array) => openParquet(sourceOf(bytes), { direct: true }).scan().slice(row, 1);
    expect(await look(file).toRows()).toEqual([{ id: BigInt(row) * 3n, price: row }]);
    await expect(look(await withLie("price")).toArrow()).rejects.toThrow(damaged);
  });
});

describe("an index beyond the dictionary is found out", () => {
  const texts: PlainValues = {
    kind: "slices",
    count: 3,
    starts: Int32Array.of(0, 1, 2),
    ends: Int32Array.of(1, 2, 3),
    bytes: Uint8Array.of(97, 98, 99),
  };
  const numbers: PlainValues = { kind: "fixed", count: 3, width: 4, bytes: new Uint8Array(12) };

  test.each([
    ["text", new arrow.Utf8(), texts],
    ["numbers", new arrow.Int32(), numbers],
    ["a dictionary", new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), texts],
  ])("where %s is gathered", (_, type, dictionary) => {
    const gather = (indices: Uint8Array): arrow.Data => {
      const space = workspace(2);
      space.places.set([0, 1]);
      const leaf = { name: "a", type: dictionary === numbers ? ("INT32" as const) : ("BYTE_ARRAY" as const) };
      const target = gatherTarget({ arrow, type, leaf, rows: 2, space });
      target.beginChunk(dictionary);
      target.take({ kind: "indices", indices }, 0, 2, 0);
      return target.finish();
    };
    expect(gather(Uint8Array.of(2, 0)).length).toBe(2);
    expect(() => gather(Uint8Array.of(2, 3))).toThrow(damaged);
  });
});
