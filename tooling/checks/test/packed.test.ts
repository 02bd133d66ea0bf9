import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkPacked } from "../src/check-packed.js";
import { type PackedPackage, packPackages } from "../src/pack-packages.js";
import { runProgram } from "../src/run-program.js";
import { publicPackages } from "../src/workspace-packages.js";
import { expectNoViolation } from "./expect-no-violation.js";
import { fixtureTree } from "./fixture-tree.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const licence = readFileSync(join(root, "LICENSE"), "utf8");

describe("checkPacked", () => {
  const owner = { folder: "packages/core", shortName: "core", manifest: { name: "@larder/core" } };
  const sound = {
    "package.json": { exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } } },
    "README.md": "",
    LICENSE: "the licence",
    "dist/index.js": "",
    "dist/index.d.ts": "export declare function f(value: unknown): void;\n",
  };
  const messages = (change: Record<string, string | object>, without: string[] = []) => {
    const files = Object.fromEntries(
      Object.entries({ ...sound, ...change }).filter(([path]) => !without.includes(path)),
    );
    return checkPacked({ owner, unpacked: fixtureTree(files) }, "the licence").map(({ message }) => message);
  };

  it("accepts a package that is sound", () => {
    expect(messages({})).toEqual([]);
  });

  it.each([
    [
      "the condition of our sources",
      { "package.json": { exports: { ".": { "larder-source": "./dist/index.js" } } } },
      "larder-source",
    ],
    [
      "a dependency of the workspace",
      { "package.json": { dependencies: { "@larder/core": "workspace:^" } } },
      "workspace:",
    ],
    ["an entry point that is not there", { "package.json": { exports: { ".": "./dist/none.js" } } }, "./dist/none.js"],
    ["sources", { "src/index.ts": "" }, "does not belong"],
    ["another licence", { LICENSE: "another" }, "not the repository's"],
    ["`any` in its types", { "dist/index.d.ts": "export declare const f: (value: any) => void;\n" }, "any"],
  ])("reports %s", (_case, change, expected) => {
    expect(messages(change).join("\n")).toContain(expected);
  });

  it("reports a README and a licence that are missing", () => {
    expect(messages({}, ["README.md", "LICENSE"])).toEqual(["is missing.", "is missing."]);
  });
});

describe("as it would be published,", () => {
  let packed: readonly PackedPackage[];
  let target: string;

  beforeAll(async () => {
    target = mkdtempSync(join(tmpdir(), "larder-packed-"));
    packed = await packPackages(root, target);
  }, 120_000);
  afterAll(() => rmSync(target, { recursive: true, force: true }));

  describe.each(publicPackages(root).map(({ manifest }) => manifest.name))("%s", (name) => {
    const found = () => packed.find(({ owner }) => owner.manifest.name === name) as PackedPackage;

    it("holds what it exports, and nothing that only works in this repository", () => {
      expectNoViolation(checkPacked(found(), licence));
    });

    it("satisfies publint", async () => {
      const { code, output } = await runProgram(
        join(root, "node_modules/.bin/publint"),
        ["--strict", found().tarball],
        { cwd: target },
      );
      expect(code === 0 ? "" : output).toBe("");
    });

    it("has types that every way of importing finds", async () => {
      const args = [found().tarball, "--profile", "esm-only", "--no-color", "--no-emoji"];
      const { code, output } = await runProgram(join(root, "node_modules/.bin/attw"), args, { cwd: target });
      expect(code === 0 ? "" : output).toBe("");
    });
  });
});
