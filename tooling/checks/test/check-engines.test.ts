import { describe, expect, it } from "vitest";
import { checkEngines } from "../src/check-engines.js";
import { fixtureTree, manifestOf } from "./fixture-tree.js";

describe("checkEngines", () => {
  it("accepts an engine that one module imports", () => {
    const root = fixtureTree({
      "packages/store-lmdb/package.json": manifestOf("store-lmdb"),
      "packages/store-lmdb/src/environment.ts": 'import { open } from "lmdb";\nimport type { Database } from "lmdb";\n',
      "packages/store-lmdb/src/other.ts": 'import "./environment.js";\n',
    });
    expect(checkEngines(root)).toEqual([]);
  });

  it("reports every module when two import an engine, in whatever package", () => {
    const root = fixtureTree({
      "packages/store-parquet/package.json": manifestOf("store-parquet"),
      "packages/store-parquet/src/reader.ts": 'import { parquetRead } from "hyparquet";\n',
      "apps/demo/package.json": manifestOf("demo"),
      "apps/demo/src/load.ts": '\nexport const load = () => import("hyparquet/src/read.js");\n',
    });
    const places = checkEngines(root).map(({ file, line }) => `${file}:${line}`);
    expect(places.sort()).toEqual(["apps/demo/src/load.ts:2", "packages/store-parquet/src/reader.ts:1"]);
  });
});
