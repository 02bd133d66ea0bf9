import { describe, expect, it } from "vitest";
import { checkImports } from "../src/check-imports.js";
import { fixtureTree, manifestOf } from "./fixture-tree.js";

const tree = (code: string, manifest: object = {}, folder = "src") =>
  fixtureTree({
    "package.json": { devDependencies: { vitest: "4.1.12" } },
    "packages/core/package.json": manifestOf("core", manifest),
    [`packages/core/${folder}/deep/one.ts`]: code,
  });

describe("checkImports", () => {
  it("reports a relative import that leaves its package, in sources and in tests", () => {
    const code = 'import "../../../pipeline/src/index.js";\n';
    expect(checkImports(tree(code))[0]?.message).toContain("leaves the package");
    expect(checkImports(tree(code, {}, "test"))[0]?.message).toContain("leaves the package");
  });

  it("accepts relative imports within the package, Node's own modules, and the package's own name", () => {
    const code = 'import "../other.js";\nimport "node:fs";\nimport "@larder/core";\n';
    expect(checkImports(tree(code))).toEqual([]);
  });

  it("reports a dependency that is not declared", () => {
    expect(checkImports(tree('import "xxhash-wasm";\n'))[0]?.message).toContain("xxhash-wasm is not declared");
  });

  it.each(["dependencies", "optionalDependencies", "peerDependencies"])("accepts one declared in %s", (list) => {
    expect(checkImports(tree('import "xxhash-wasm/esm";\n', { [list]: { "xxhash-wasm": "1.1.0" } }))).toEqual([]);
  });

  it("reports a source that imports a development dependency, even for its types, and lets a test import it", () => {
    const manifest = { devDependencies: { "apache-arrow": "21.2.0" } };
    const code = 'import type { Table } from "apache-arrow";\n';
    expect(checkImports(tree(code, manifest))).toHaveLength(1);
    expect(checkImports(tree(code, manifest, "test"))).toEqual([]);
  });

  it("lets a test use what the root brings, and a source not", () => {
    expect(checkImports(tree('import { it } from "vitest";\n', {}, "test"))).toEqual([]);
    expect(checkImports(tree('import { it } from "vitest";\n'))).toHaveLength(1);
  });
});
