import { describe, expect, it } from "vitest";
import { checkManifests } from "../src/check-manifests.js";
import { completeManifest, fixtureTree } from "./fixture-tree.js";

const readme = "# core\n```ts\nlet a;\n```\n";
const tree = (change: object = {}, files: Record<string, string> = {}) =>
  fixtureTree({
    "packages/core/package.json": { ...completeManifest("core"), ...change },
    "packages/core/src/index.ts": "",
    "packages/core/README.md": readme,
    ...files,
  });
const messages = (root: string) => checkManifests(root).map(({ message }) => message);

describe("checkManifests", () => {
  it("accepts a package that is complete", () => {
    expect(messages(tree())).toEqual([]);
  });

  it.each([
    ["another name", { name: "@larder/other" }, "is called"],
    ["no description", { description: "" }, "description"],
    ["another licence", { license: "ISC" }, "license"],
    ["no type", { type: "commonjs" }, "module"],
    ["another oldest Node", { engines: { node: ">=18" } }, "engines"],
    ["another folder", { repository: { directory: "core" } }, "repository"],
    ["side effects", { sideEffects: true }, "sideEffects"],
    ["more files", { files: ["dist", "src", "README.md", "LICENSE"] }, "files"],
    ["no entry point", { exports: {} }, 'no entry point "."'],
    [
      "the source condition in what is published",
      { publishConfig: { access: "public", exports: completeManifest("core").exports } },
      "publishConfig.exports",
    ],
    ["a range of versions", { dependencies: { lmdb: "^3.5.6" } }, "pin one version"],
    ["a neighbour by version", { dependencies: { "@larder/store-lmdb": "0.1.0" } }, "pin one version"],
  ])("reports %s", (_case, change, expected) => {
    expect(messages(tree(change)).join("\n")).toContain(expected);
  });

  it("reports an entry point without its source, or with types missing", () => {
    const exports = { ".": { "larder-source": "./src/none.ts", default: "./dist/index.js" } };
    const found = messages(
      tree({ exports, publishConfig: { access: "public", exports: { ".": { default: "./dist/index.js" } } } }),
    );
    expect(found).toEqual([expect.stringContaining("./src/none.ts"), expect.stringContaining('"types"')]);
  });

  it("reports a README that is missing or shows no code", () => {
    expect(messages(tree({}, { "packages/core/README.md": "# core\n" }))).toEqual([expect.stringContaining("example")]);
    expect(
      messages(
        fixtureTree({ "packages/core/package.json": completeManifest("core"), "packages/core/src/index.ts": "" }),
      ),
    ).toEqual([expect.stringContaining("no README.md")]);
  });
});
