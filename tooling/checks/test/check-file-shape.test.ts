import { describe, expect, it } from "vitest";
import { checkFileShape } from "../src/check-file-shape.js";
import { checkUnfinished } from "../src/check-unfinished.js";
import { fixtureTree } from "./fixture-tree.js";

describe("checkFileShape", () => {
  it("accepts 400 lines and reports 401", () => {
    const lines = (count: number) => "let a;\n".repeat(count);
    expect(checkFileShape(fixtureTree({ "packages/core/src/long.ts": lines(400) }))).toEqual([]);
    expect(checkFileShape(fixtureTree({ "packages/core/src/long.ts": lines(401) }))[0]?.rule).toBe("file-length");
  });

  it.each(["utils.ts", "helper.ts", "helpers/read.ts", "common.test.ts", "types.ts"])("reports the name %s", (name) => {
    expect(checkFileShape(fixtureTree({ [`packages/core/src/${name}`]: "" }))[0]?.message).toContain("says nothing");
  });

  it.each(["diskCache.ts", "Disk.ts", "disk_cache.ts"])("reports %s, which is not kebab-case", (name) => {
    expect(checkFileShape(fixtureTree({ [`apps/demo/src/${name}`]: "" }))[0]?.message).toContain("kebab-case");
  });

  it("accepts kebab-case with the endings of tests and configurations", () => {
    const tree = fixtureTree({
      "packages/core/src/value-digest.ts": "",
      "packages/core/test/value-digest.property.test.ts": "",
      "packages/core/test/types/wiring.test-d.ts": "",
      "packages/core/vitest.config.ts": "",
      "packages/core/src/parts/read-part.ts": "",
    });
    expect(checkFileShape(tree)).toEqual([]);
  });
});

describe("checkUnfinished", () => {
  it("reports code that says it is to be finished later, with its line", () => {
    const mark = ["TO", "DO"].join("");
    const tree = fixtureTree({ "packages/core/src/index.ts": `let a;\n// ${mark}: the rest\n` });
    expect(checkUnfinished(tree)).toEqual([expect.objectContaining({ rule: "unfinished", line: 2 })]);
    expect(checkUnfinished(fixtureTree({ "packages/core/src/index.ts": "// everything to do is done\n" }))).toEqual([]);
  });
});
