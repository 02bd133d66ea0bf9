import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runChild } from "./run-child.js";

// A project of its own, run in a new process each time, on one cache directory. It lies within the package, so that
// imports find our packages.
const parent = fileURLToPath(new URL("../../.work/", import.meta.url));
let directory: string;

const files = {
  "cap.ts": `export const cap = 3;\nexport const unused = 1;\n`,
  "clean.ts": `import { func } from "@larder/pipeline";
import { cap } from "./cap.js";
function keep(row: number): boolean { return row < cap; }
export const clean = func({ name: "clean", inputs: ["rows"], output: "cleaned", cache: true },
  ({ rows }: { rows: readonly number[] }) => rows.filter(keep));
`,
  "main.ts": `import { DiskCache } from "@larder/disk-cache";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { clean } from "./clean.js";
const count = func({ name: "count", inputs: ["cleaned"], output: "counted", cache: true },
  ({ cleaned }: { cleaned: readonly number[] }) => cleaned.length);
const pipeline = new Pipeline([clean, count], { name: "edited" });
const backend = new DiskCache({ directory: process.argv[2]! });
const runner = new Runner({ cacheConfig: { enabled: true, backend } });
async function main() {
  const { outputs, report } = await runner.run(pipeline, { inputs: { rows: [1, 2, 3, 4] } });
  const why = await runner.why(pipeline, "clean");
  await backend.close();
  console.log(JSON.stringify({ outputs, report, why }));
}
void main();
`,
} as const;

beforeAll(async () => {
  await mkdir(parent, { recursive: true });
  directory = await mkdtemp(join(parent, "edited-code-"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function run() {
  const { code, stdout, stderr } = await runChild(pathToFileURL(join(directory, "main.ts")), join(directory, "cache"));
  expect(code, stderr).toBe(0);
  const { outputs, report, why } = JSON.parse(stdout);
  const decisions = Object.fromEntries(
    report.nodes.map((node: { node: string; decision: string }) => [node.node, node.decision]),
  );
  return { outputs, decisions, why, stderr };
}

async function edit(name: keyof typeof files, from: string, to: string): Promise<void> {
  const text = files[name].replace(from, to);
  expect(text).not.toBe(files[name]);
  await writeFile(join(directory, name), text);
}

test("only what an edit reaches runs again, and why names the file", async () => {
  const cold = await run();
  expect(cold.outputs).toEqual({ counted: 2 });
  expect(cold.decisions).toEqual({ clean: "miss", count: "miss" });
  expect(cold.stderr).toMatch(/^\[CACHE\] cleaned: ✗ MISS \(\d+\.\d\ds\)\n\[CACHE\] counted: ✗ MISS \(\d+\.\d\ds\)\n$/);

  expect((await run()).stderr).toBe("[CACHE] counted: ✓ HIT\n[CACHE] cleaned: ○ HIT (skipped)\n");

  await edit("cap.ts", "cap = 3", "cap = 4");
  const edited = await run();
  expect(edited.outputs).toEqual({ counted: 3 });
  expect(edited.decisions).toEqual({ clean: "miss", count: "miss" });
  expect(edited.why.reason).toBe("code changed");
  expect(edited.why.because).toHaveLength(1);
  expect(edited.why.because[0]).toMatchObject({ part: "code", declaration: "cap" });
  expect(edited.why.because[0].file).toMatch(/(^|\/)cap\.ts$/);

  // Another line of code that gives the same rows: its reader stays a hit.
  await edit("clean.ts", "row < cap", "row <= cap - 1");
  const same = await run();
  expect(same.decisions).toEqual({ clean: "miss", count: "hit" });
  expect(same.why.because[0].file).toMatch(/(^|\/)clean\.ts$/);

  await edit("clean.ts", "function keep", "// rows that are small enough\nfunction keep");
  await edit("cap.ts", "cap = 3;\nexport const unused = 1", "cap   =   4;\nexport const unused = 2");
  expect((await run()).decisions).toEqual({ clean: "skipped", count: "hit" });

  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const back = await run();
  expect(back.outputs).toEqual({ counted: 2 });
  expect(back.decisions).toEqual({ clean: "skipped", count: "hit" });
});
