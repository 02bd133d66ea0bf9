import { describe, expect, it } from "vitest";
import { checkArrows } from "../src/check-arrows.js";
import { fixtureTree, manifestOf } from "./fixture-tree.js";

describe("checkArrows", () => {
  it.each([
    ["a static import", 'import { DiskCache } from "@larder/disk-cache";'],
    ["a type", 'import type { DiskCache } from "@larder/disk-cache";'],
    ["a type in an expression", 'export type D = import("@larder/disk-cache").DiskCache;'],
    ["a re-export", 'export { DiskCache } from "@larder/disk-cache";'],
    ["a re-export of everything", 'export * from "@larder/disk-cache";'],
    ["a subpath", 'import "@larder/disk-cache/deep";'],
    ["a dynamic import", 'export const load = () => import("@larder/disk-cache");'],
    ["a require", 'export const load = () => require("@larder/disk-cache");'],
  ])("reports %s against the arrows, with its line", (_kind, code) => {
    const root = fixtureTree({
      "packages/core/package.json": manifestOf("core"),
      "packages/core/src/index.ts": `// first line\n${code}\n`,
    });
    expect(checkArrows(root)).toEqual([
      expect.objectContaining({ rule: "arrows", file: "packages/core/src/index.ts", line: 2 }),
    ]);
  });

  it("accepts the arrows of the table, a package's own name, and everything in an app", () => {
    const root = fixtureTree({
      "packages/disk-cache/package.json": manifestOf("disk-cache"),
      "packages/disk-cache/src/index.ts":
        'import "@larder/core";\nimport "@larder/store-lmdb";\nimport "@larder/disk-cache";\n',
      "apps/demo/package.json": manifestOf("demo"),
      "apps/demo/src/demo.ts": 'import "@larder/disk-cache";\nimport "@larder/pipeline";\n',
    });
    expect(checkArrows(root)).toEqual([]);
  });

  it("accepts disk-cache loaded on demand as an optional peer of the pipeline, and not otherwise", () => {
    const optional = { peerDependenciesMeta: { "@larder/disk-cache": { optional: true } } };
    const onDemand = 'export const load = () => import("@larder/disk-cache");\n';
    const tree = (manifest: object, code: string) =>
      fixtureTree({ "packages/pipeline/package.json": manifest, "packages/pipeline/src/index.ts": code });
    expect(checkArrows(tree(manifestOf("pipeline", optional), onDemand))).toEqual([]);
    expect(checkArrows(tree(manifestOf("pipeline"), onDemand))).toHaveLength(1);
    expect(checkArrows(tree(manifestOf("pipeline", optional), 'import "@larder/disk-cache";\n'))).toHaveLength(1);
  });

  it("reports a package that is not in the table", () => {
    const root = fixtureTree({ "packages/new/package.json": manifestOf("new"), "packages/new/src/index.ts": "" });
    expect(checkArrows(root)[0]?.message).toContain("not in the table");
  });
});
