import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImportResolver } from "../../src/resolve/import-resolver.js";
import { resolverOver } from "../harness/resolver-files.js";

let root: string;
beforeEach(() => {
  root = newFolder("resolver");
});
afterEach(() => removeFolder(root));

/** Where an import leads, in one word. */
function leadsTo({ resolve }: ImportResolver, importer: string, specifier: string, required = false): string {
  const found = resolve(importer, specifier, required);
  return found.to === "file" ? found.path : found.to;
}

describe("imports within the repository", () => {
  it("lead to TypeScript where the name says JavaScript", () => {
    const resolver = resolverOver(root, {
      "src/a.ts": "",
      "src/b.ts": "",
      "src/c.tsx": "",
      "src/d.js": "",
      "src/e.d.ts": "",
      "src/f/index.ts": "",
      "src/g.mts": "",
    });
    expect(leadsTo(resolver, "src/a.ts", "./b.js")).toBe("src/b.ts");
    expect(leadsTo(resolver, "src/a.ts", "./b")).toBe("src/b.ts");
    expect(leadsTo(resolver, "src/a.ts", "./c.js")).toBe("src/c.tsx");
    expect(leadsTo(resolver, "src/a.ts", "./d.js")).toBe("src/d.js");
    expect(leadsTo(resolver, "src/a.ts", "./e.js")).toBe("src/e.d.ts");
    expect(leadsTo(resolver, "src/a.ts", "./f")).toBe("src/f/index.ts");
    expect(leadsTo(resolver, "src/a.ts", "./g.mjs")).toBe("src/g.mts");
    expect(leadsTo(resolver, "src/a.ts", "./b.js?worker")).toBe("src/b.ts");
    expect(leadsTo(resolver, "src/a.ts", "./nothing.js")).toBe("elsewhere");
  });

  it("follow the paths of the nearest tsconfig.json, and do without one that can't be read", () => {
    const resolver = resolverOver(root, {
      "one/tsconfig.json": JSON.stringify({ compilerOptions: { paths: { "~/*": ["./src/*"] } } }),
      "one/a.ts": "",
      "one/src/b.ts": "",
      "two/tsconfig.json": JSON.stringify({ extends: "not-installed/tsconfig.json" }),
      "two/a.ts": "",
      "two/b.ts": "",
    });
    expect(leadsTo(resolver, "one/a.ts", "~/b")).toBe("one/src/b.ts");
    expect(leadsTo(resolver, "two/a.ts", "~/b")).toBe("elsewhere");
    expect(leadsTo(resolver, "two/a.ts", "./b.js")).toBe("two/b.ts");
  });

  it("are the same whether files that are not listed exist or not", () => {
    const listed = { "src/a.ts": "", "src/b.js": "", "src/c/index.ts": "" };
    const specifiers = ["./b.js", "./b", "./c", "./d.js", "../out/e.js"];
    const before = resolverOver(root, listed);
    const expected = specifiers.map((specifier) => leadsTo(before, "src/a.ts", specifier));
    expect(expected).toEqual(["src/b.js", "src/b.js", "src/c/index.ts", "elsewhere", "elsewhere"]);
    const after = resolverOver(root, listed, { "src/b.ts": "", "src/c.ts": "", "src/d.ts": "", "out/e.js": "" });
    expect(specifiers.map((specifier) => leadsTo(after, "src/a.ts", specifier))).toEqual(expected);
  });

  it("lead to Node's own modules by name", () => {
    const resolver = resolverOver(root, { "a.ts": "", "fs.ts": "" });
    expect(leadsTo(resolver, "a.ts", "fs")).toBe("node");
    expect(leadsTo(resolver, "a.ts", "node:test")).toBe("node");
    expect(leadsTo(resolver, "a.ts", "./fs.js")).toBe("fs.ts");
  });
});

describe("imports of packages", () => {
  const manifest = JSON.stringify({
    name: "both",
    version: "1.0.0",
    exports: {
      ".": { types: "./index.d.ts", import: "./index.mjs", require: "./index.cjs" },
      "./package.json": "./package.json",
    },
  });

  it("lead to declarations from TypeScript, and to code from JavaScript", () => {
    const resolver = resolverOver(root, {
      "a.ts": "",
      "node_modules/both/package.json": manifest,
      "node_modules/both/index.d.ts": "",
      "node_modules/both/index.mjs": "",
      "node_modules/both/index.cjs": "",
      "node_modules/user/index.js": "",
      "node_modules/user/package.json": JSON.stringify({ name: "user", main: "./index.js" }),
    });
    expect(leadsTo(resolver, "a.ts", "both")).toBe("node_modules/both/index.d.ts");
    expect(leadsTo(resolver, "node_modules/user/index.js", "both")).toBe("node_modules/both/index.mjs");
    expect(leadsTo(resolver, "node_modules/user/index.js", "both", true)).toBe("node_modules/both/index.cjs");
    expect(leadsTo(resolver, "a.ts", "user")).toBe("node_modules/user/index.js");
    expect(leadsTo(resolver, "a.ts", "both/hidden.js")).toBe("elsewhere");
    expect(leadsTo(resolver, "a.ts", "absent")).toBe("elsewhere");
  });

  it("lead where links point", () => {
    const store = "node_modules/.pnpm/both@1.0.0/node_modules/both";
    const resolver = resolverOver(root, {
      "a.ts": "",
      [`${store}/package.json`]: manifest,
      [`${store}/index.d.ts`]: "",
    });
    symlinkSync(".pnpm/both@1.0.0/node_modules/both", join(root, "node_modules/both"));
    expect(leadsTo(resolver, "a.ts", "both")).toBe(`${store}/index.d.ts`);
  });

  it("of the workspace lead to its sources, by the conditions of its tsconfig files", () => {
    const files = {
      "apps/one/a.ts": "",
      "packages/two/src/index.ts": "",
      "packages/two/package.json": JSON.stringify({
        name: "two",
        exports: { ".": { "two-source": "./src/index.ts", types: "./dist/index.d.ts" } },
      }),
    };
    mkdirSync(join(root, "apps/one/node_modules"), { recursive: true });
    symlinkSync("../../../packages/two", join(root, "apps/one/node_modules/two"));
    expect(leadsTo(resolverOver(root, files), "apps/one/a.ts", "two")).toBe("elsewhere");
    const config = '{ // with comments\n "compilerOptions": { "customConditions": ["two-source",] } }';
    const resolver = resolverOver(root, { ...files, "tsconfig.base.json": config });
    expect(leadsTo(resolver, "apps/one/a.ts", "two")).toBe("packages/two/src/index.ts");
  });
});
