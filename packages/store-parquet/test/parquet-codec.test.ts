import { execFileSync } from "node:child_process";
import { type BlobRecord, bytesSource } from "@larder/core";
import { parquetCodec } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { duckdbRows } from "./support/duckdb.js";
import { tableDifference } from "./support/table-difference.js";

const table = arrow.tableFromArrays({ id: Int32Array.of(1, 2, 3), city: ["Gdynia", "Łódź", "Gdynia"] });

function recordOf(bytes: Uint8Array): BlobRecord {
  return { codec: "larder.parquet.1", byteLength: bytes.byteLength, checksum: "xxh64:0", createdAt: 0 };
}

describe("the codec for tables", () => {
  test("has a name that says its layout, and tells rows and columns", async () => {
    const codec = parquetCodec();
    expect(codec.name).toBe("larder.parquet.1");
    const { details } = await codec.encode(table);
    expect(details).toEqual({ rows: 3, columns: 2 });
  });

  test("decodes what it encoded, whole or in part", async () => {
    const codec = parquetCodec({ compression: "snappy", rowGroupRows: 2 });
    const { bytes } = await codec.encode(table);
    const back = await codec.decode(bytesSource(bytes), recordOf(bytes));
    expect(tableDifference(table, back)).toBeUndefined();
    const handle = codec.openTable!(bytesSource(bytes), recordOf(bytes));
    expect(await handle.scan().select(["city"]).slice(1).toRows()).toEqual([{ city: "Łódź" }, { city: "Gdynia" }]);
    await handle.close();
  });

  test("makes plain files that other tools read", async () => {
    const { bytes } = await parquetCodec().encode(table);
    expect(await duckdbRows(bytes, "SELECT id, city FROM FILE ORDER BY id DESC LIMIT 1")).toEqual([[3, "Gdynia"]]);
  });

  test("writes the same bytes for the same table", async () => {
    const [first, second] = await Promise.all([parquetCodec().encode(table), parquetCodec().encode(table)]);
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
  });

  test("refuses options that make no sense", async () => {
    await expect(parquetCodec({ rowGroupRows: 0 }).encode(table)).rejects.toMatchObject({ code: "invalid-option" });
  });

  test("costs nothing to import: Arrow and the Parquet libraries are loaded when first needed", () => {
    const hook = `export async function resolve(specifier, context, next) {
      if (/^(apache-arrow|hyparquet)/.test(specifier)) throw new Error("loading " + specifier);
      return next(specifier, context);
    }`;
    const script = `
      import { register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hook)}));
      const { parquetCodec, openParquet } = await import("@larder/store-parquet");
      const accepted = parquetCodec().accepts({});
      const failure = await openParquet({ byteLength: 12, slice: () => new Uint8Array(12) }).scan().count().catch(String);
      process.stdout.write(JSON.stringify([accepted, failure]));
    `;
    const output = execFileSync(
      process.execPath,
      ["--conditions=larder-source", "--import", "tsx", "--input-type=module", "-e", script],
      { cwd: new URL("..", import.meta.url), encoding: "utf8" },
    );
    const [accepted, failure] = JSON.parse(output) as [boolean, string];
    expect(accepted).toBe(false);
    expect(failure).toContain("loading hyparquet");
  });
});
