import { describe, expect, it } from "vitest";
import { checkTopLevelAwait } from "../src/check-top-level-await.js";
import { fixtureTree, manifestOf } from "./fixture-tree.js";

const tree = (code: string, folder = "packages/core") =>
  fixtureTree({ [`${folder}/package.json`]: manifestOf("core"), [`${folder}/src/index.ts`]: code });

describe("checkTopLevelAwait", () => {
  it.each([
    ["an await", 'const fs = await import("node:fs");\n'],
    ["an await within a block", "{\n  if (true) await null;\n}\n"],
    ["for await", "for await (const each of []) each;\n"],
    ["an await in a static initialiser's argument", "export class A extends (await null, Object) {}\n"],
  ])("reports %s at the top level", (_kind, code) => {
    expect(checkTopLevelAwait(tree(code))).toHaveLength(1);
  });

  it("accepts awaits within functions, methods and arrows", () => {
    const code =
      "export async function a() { await 1; }\nexport class B { async c() { await 1; } }\nexport const d = async () => await 1;\n";
    expect(checkTopLevelAwait(tree(code))).toEqual([]);
  });

  it("leaves applications alone", () => {
    expect(checkTopLevelAwait(tree("await null;\n", "apps/demo"))).toEqual([]);
  });
});
