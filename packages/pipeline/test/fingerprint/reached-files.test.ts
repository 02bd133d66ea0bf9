import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { createFingerprinter } from "../../src/fingerprint/fingerprinter.js";
import { customConditions } from "../../src/fingerprint/module-resolver.js";
import { type CodeEdit, describeAlike, nodeFile } from "./code-edits.js";
import { fingerprintOf, hashOf, removeProjects, type Sources, siteOf, writeProject } from "./source-project.js";

afterAll(removeProjects);

const alike: readonly CodeEdit[] = [
  {
    what: "an import that nobody uses, of a module that does nothing to anybody",
    sources: {
      "nodes.mjs": nodeFile('import { unused } from "./unused.mjs"; const subject = () => 1;'),
      "unused.mjs": "export const unused = 1;",
    },
    file: "unused.mjs",
    from: "1",
    to: "2",
  },
  {
    what: "the order of imports that change nothing",
    sources: {
      "nodes.mjs": nodeFile('import { a } from "./a.mjs"; import { b } from "./b.mjs";', "[a, b]"),
      "a.mjs": "export const a = [1].map((x) => x);",
      "b.mjs": "export const b = [2].map((x) => x);",
    },
    file: "nodes.mjs",
    from: 'import { a } from "./a.mjs"; import { b } from "./b.mjs";',
    to: 'import { b } from "./b.mjs"; import { a } from "./a.mjs";',
  },
  {
    what: "data named by a URL: that is an input",
    sources: {
      "nodes.mjs": nodeFile('const url = new URL("./data.csv", import.meta.url);', "read(url)"),
      "data.csv": "1",
    },
    file: "data.csv",
    from: "1",
    to: "2",
  },
  {
    what: "a neighbour at the depth that is followed declaration by declaration",
    sources: {
      "nodes.mjs": nodeFile('import { a } from "./a.mjs";', "a"),
      "a.mjs": "export const a = 1; export const b = 1;",
    },
    file: "a.mjs",
    from: "b = 1",
    to: "b = 2",
    depth: 1,
  },
];

describeAlike("no difference is made by", alike);

test("no difference is made by where the project is checked out", async () => {
  const sources = {
    "nodes.mjs": nodeFile('import { a } from "./lib/a.mjs";', "a"),
    "lib/a.mjs": "export const a = 1;",
  };
  const deeper = Object.fromEntries(Object.entries(sources).map(([path, text]) => [`far/away/${path}`, text]));
  const elsewhere = { ...deeper, "far/away/package.json": '{ "name": "fixture", "type": "module" }' };
  expect(await hashOf(elsewhere, { file: "far/away/nodes.mjs" })).toBe(await hashOf(sources));
});

describe("depth is precision:", () => {
  const sources = {
    "nodes.mjs": nodeFile('import { a } from "./a.mjs";', "a"),
    "a.mjs": 'import { c } from "./c.mjs"; export const a = [c]; export const b = 1;',
    "c.mjs": "export const c = 1; export const d = 1;",
  };
  test("at depth 0 whole files count from the first import on", async () => {
    const outcome = await fingerprintOf(sources, { dependencyDepth: 0 });
    expect(outcome).toMatchObject({
      readable: true,
      parts: [
        { file: "nodes.mjs", declaration: "node" },
        { file: "a.mjs", declaration: "file" },
        { file: "c.mjs", declaration: "file" },
      ],
    });
  });
  test("at depth 1 they count from the second", async () => {
    const outcome = await fingerprintOf(sources, { dependencyDepth: 1 });
    expect(outcome).toMatchObject({
      readable: true,
      parts: [
        { file: "nodes.mjs", declaration: "node" },
        { file: "a.mjs", declaration: "a" },
        { file: "c.mjs", declaration: "file" },
      ],
    });
  });
});

describe("imports that lead nowhere", () => {
  test("keep a node that reaches them out of the cache, and say which", async () => {
    const outcome = await fingerprintOf({ "nodes.mjs": nodeFile('import { a } from "./missing.mjs";', "a") });
    expect(outcome).toMatchObject({ readable: false, code: "unresolved-import" });
    expect(outcome).toMatchObject({ message: expect.stringContaining("nodes.mjs imports './missing.mjs'") });
  });
  test("don't matter to a node that does not reach them", async () => {
    const outcome = await fingerprintOf({
      "nodes.mjs": nodeFile('import { a } from "./missing.mjs"; const subject = 1;'),
    });
    expect(outcome).toMatchObject({ readable: true });
  });
  test("matter when they are beyond the depth, too", async () => {
    const outcome = await fingerprintOf(
      {
        "nodes.mjs": nodeFile('import { a } from "./a.mjs";', "a"),
        "a.mjs": 'import { b } from "./missing.mjs"; export const a = 1;',
      },
      { dependencyDepth: 0 },
    );
    expect(outcome).toMatchObject({ readable: false, code: "unresolved-import" });
  });
});

describe("packages", () => {
  const linked = (edit: (text: string) => string = (text) => text): Sources => ({
    "app/package.json": '{ "name": "app", "type": "module" }',
    "app/nodes.mjs": nodeFile('import { a } from "lib";', "a"),
    "lib/package.json":
      '{ "name": "lib", "version": "1.0.0", "type": "module", "exports": { "lib-source": "./src.ts", "default": "./dist.js" } }',
    "lib/src.ts": edit("export const a: number = 1;"),
    "lib/dist.js": "export const a = 1;",
  });

  async function fingerprintLinked(sources: Sources) {
    const folder = writeProject(sources);
    const link = join(folder, "app/node_modules/lib");
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(folder, "lib"), link);
    const site = siteOf(join(folder, "app/nodes.mjs"), sources["app/nodes.mjs"]!);
    const fn = new Function("return (x) => a")() as () => unknown;
    return createFingerprinter({ dependencyDepth: 2 }).fingerprint({ fn, site, captures: [] });
  }

  test("linked from the workspace count as code of the project", async () => {
    const before = await fingerprintLinked(linked());
    expect(before).toMatchObject({
      readable: true,
      parts: expect.arrayContaining([{ file: "../lib/dist.js", declaration: "a", hash: expect.any(String) }]),
    });
  });

  test("linked from the workspace count under every condition vitest may choose", async () => {
    const before = await fingerprintLinked(linked());
    const after = await fingerprintLinked(linked((text) => text.replace("1", "2")));
    expect(before).toMatchObject({ readable: true });
    expect(after).toMatchObject({ readable: true });
    expect(after).not.toEqual(before);
  });

  test("installed count by name and version", async () => {
    const outcome = await fingerprintOf({
      "nodes.mjs": nodeFile(
        'import { a } from "dep/deep"; import { join } from "node:path"; import fs from "fs";',
        "[a, join, fs]",
      ),
      "node_modules/dep/package.json":
        '{ "name": "dep", "version": "1.2.3", "exports": { "./deep": "./deep/index.js" } }',
      "node_modules/dep/deep/package.json": '{ "type": "commonjs" }',
      "node_modules/dep/deep/index.js": "",
    });
    expect(outcome).toMatchObject({
      parts: [
        { file: "nodes.mjs" },
        { file: "node:fs" },
        { file: "node:path" },
        { file: "npm:dep@1.2.3", declaration: "package" },
      ],
    });
  });
});

test("conditions are taken from the command line and from NODE_OPTIONS", () => {
  expect(customConditions(["--conditions=a", "-C", "b", "--import", "x"], "--conditions c -C=d")).toEqual([
    "a",
    "b",
    "c",
    "d",
  ]);
  expect(customConditions([], "")).toEqual([]);
});
