import { cpSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { stampBuild } from "../../../setup/build.mjs";
import { stampInstall } from "../../../setup/install.mjs";
import { runProgram } from "../../src/run-program.js";
import { fixtureTree } from "../fixture-tree.js";

/** A repository in which everything is in place, and whose demo is the code given. */
function readyTree(demo: string): string {
  const root = fixtureTree({
    "package.json": { name: "fixture", type: "module" },
    "pnpm-lock.yaml": "",
    "pnpm-workspace.yaml": "",
    "turbo.json": "{}",
    "node_modules/.modules.yaml": "",
    "apps/demo/package.json": { name: "@larder/demo", type: "module", scripts: { build: "tsup" } },
    "apps/demo/src/demo.ts": "",
    "apps/demo/dist/demo.js": demo,
  });
  cpSync(fileURLToPath(new URL("../../../setup/", import.meta.url)), join(root, "tooling/setup"), { recursive: true });
  stampInstall(root);
  stampBuild(root);
  return root;
}

const run = (root: string, ...args: string[]) =>
  runProgram(process.execPath, [join(root, "tooling/setup/run.mjs"), ...args], { cwd: root });

describe("run.mjs, when everything is in place,", () => {
  it("hands on the arguments and says nothing of its own", async () => {
    const root = readyTree("console.log(JSON.stringify(process.argv.slice(2)));\n");
    const { code, output } = await run(root, "demo", "--json", "--data", "a file.csv");
    expect({ code, output }).toEqual({ code: 0, output: '["--json","--data","a file.csv"]\n' });
  });

  it("ends with the exit code of the command", async () => {
    expect((await run(readyTree("process.exitCode = 3;\n"), "demo")).code).toBe(3);
  });

  it("ends by the signal that ended the command", async () => {
    expect((await run(readyTree('process.kill(process.pid, "SIGKILL");\n'), "demo")).code).toBeUndefined();
  });

  it("refuses an unknown command in one sentence", async () => {
    const { code, output } = await run(readyTree(""), "fly");
    expect(code).toBe(1);
    expect(output).toBe('Unknown command "fly". Known: demo, atlas, test, check, bench, faults.\n');
  });
});
