import { appendFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isBuilt, stampBuild } from "../../../setup/build.mjs";
import { fixtureTree } from "../fixture-tree.js";

function builtTree(): string {
  const root = fixtureTree({
    "packages/core/package.json": { name: "@larder/core", scripts: { build: "tsup" } },
    "packages/core/src/index.ts": "export {};\n",
    "packages/core/dist/index.js": "export {};\n",
    "tooling/config/tsup.js": "",
    "pnpm-lock.yaml": "",
    "turbo.json": "{}",
  });
  stampBuild(root);
  return root;
}

describe("isBuilt", () => {
  it("is content while nothing has changed", () => {
    expect(isBuilt(builtTree())).toBe(true);
  });

  it.each([
    ["a source was edited", (root: string) => appendFileSync(join(root, "packages/core/src/index.ts"), "let a;\n")],
    ["a source was added", (root: string) => writeFileSync(join(root, "packages/core/src/new.ts"), "")],
    ["a source was removed", (root: string) => rmSync(join(root, "packages/core/src/index.ts"))],
    ["the shared configuration changed", (root: string) => appendFileSync(join(root, "tooling/config/tsup.js"), " ")],
    ["the lock file changed", (root: string) => appendFileSync(join(root, "pnpm-lock.yaml"), " ")],
    ["what was built was removed", (root: string) => rmSync(join(root, "packages/core/dist"), { recursive: true })],
    ["what was built was changed", (root: string) => appendFileSync(join(root, "packages/core/dist/index.js"), " ")],
    ["node_modules was removed", (root: string) => rmSync(join(root, "node_modules"), { recursive: true })],
  ])("asks for a build when %s", (_case, change) => {
    const root = builtTree();
    change(root);
    expect(isBuilt(root)).toBe(false);
  });

  it("notices an edit that leaves size and modification time as they were", () => {
    const root = builtTree();
    const file = join(root, "packages/core/src/index.ts");
    const time = new Date(1_700_000_000_000);
    utimesSync(file, time, time);
    stampBuild(root);
    writeFileSync(file, "export { };".slice(0, 10).padEnd(11, "\n"));
    utimesSync(file, time, time);
    expect(isBuilt(root)).toBe(false);
  });

  it("needs no build when only the time of a source changed, as after a checkout", () => {
    const root = builtTree();
    utimesSync(join(root, "packages/core/src/index.ts"), new Date(), new Date());
    expect(isBuilt(root)).toBe(true);
    expect(isBuilt(root)).toBe(true);
  });
});
