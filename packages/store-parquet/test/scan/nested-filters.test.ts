import { bytesSource, col, not, or } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { expect, test } from "vitest";
import { logicalTexts } from "../support/logical-text.js";

async function nestedScan() {
  const list = new arrow.List(new arrow.Field("item", new arrow.Int32(), true));
  const struct = new arrow.Struct([new arrow.Field("x", new arrow.Int32(), true)]);
  const table = new arrow.Table({
    row: arrow.vectorFromArray([0, 1, 2, 3, 4], new arrow.Int32()),
    list: arrow.vectorFromArray([[1, 2], null, [], [null], null], list),
    struct: arrow.vectorFromArray([{ x: 1 }, { x: null }, null, { x: 4 }, { x: 5 }], struct),
  });
  const { bytes } = await encodeParquet(table, { rowGroupRows: 2 });
  return openParquet(bytesSource(bytes)).scan();
}

test("nested columns can be asked whether they are null: an empty list, or one of nulls, is not", async () => {
  const scan = await nestedScan();
  const rows = async (filter: ReturnType<typeof not>) => (await scan.where(filter).toRows()).map(({ row }) => row);
  expect(await rows(col("list").isNull())).toEqual([1, 4]);
  expect(await rows(col("list").isNotNull())).toEqual([0, 2, 3]);
  expect(await rows(not(col("struct").isNotNull()))).toEqual([2]);
  expect(await rows(or(col("struct").isNull(), col("list").isNull(), col("row").eq(3)))).toEqual([1, 2, 3, 4]);
  const lists = (await scan.where(col("row").gt(2)).select(["list"]).toArrow()).getChild("list")!;
  expect(logicalTexts(lists)).toEqual(["[null]", null]);
});

test("nested columns can't be compared with a value", async () => {
  const scan = await nestedScan();
  await expect(scan.where(col("struct").eq(1)).count()).rejects.toMatchObject({
    code: "invalid-filter",
    message: expect.stringContaining("takes only isNull and isNotNull"),
  });
});
