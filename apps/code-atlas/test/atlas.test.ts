import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { openParquetFile } from "@larder/store-parquet";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AtlasDocument, atlasDocument, startAtlas } from "./harness/run-atlas.js";
import { git, type SampleRepository, sampleRepository } from "./harness/sample-repository.js";

let sample: SampleRepository;
let cwd: string;
beforeAll(() => {
  sample = sampleRepository(200);
  cwd = newFolder("atlas");
});
afterAll(() => {
  removeFolder(sample.root);
  removeFolder(cwd);
});

const decisions = ({ steps }: AtlasDocument) => steps.map(({ step, decision }) => `${step} ${decision}`);

it("extracts each content once, then nothing; one edit, one extraction; a new name, none", async () => {
  const args = [sample.root, "--cache", join(cwd, "cache")];
  const cold = await atlasDocument(args, cwd);
  expect(cold.schema).toBe("larder.atlas.v1");
  expect(cold.root).toBe(sample.root);
  expect(cold.files).toBe(sample.paths.length);
  expect(cold.contents).toBe(sample.paths.length - 1);
  expect(cold.extracted).toBe(cold.contents);
  expect(cold.processes).toBeGreaterThan(0);
  expect(cold.warnings).toEqual([]);
  expect(decisions(cold)).toEqual([
    "scan no-cache",
    "extract miss",
    "imports miss",
    "symbols miss",
    "modules miss",
    "report miss",
  ]);

  const warm = await atlasDocument(args, cwd);
  expect(warm).toMatchObject({ extracted: 0, processes: 0, own: cold.own, installed: cold.installed });
  expect(decisions(warm)).toEqual(["scan no-cache", "report hit"]);

  // Another length of the lists: the tables are those that were made.
  const longer = await atlasDocument([...args, "--top", "11"], cwd);
  expect(longer).toMatchObject({ extracted: 0, processes: 0 });
  expect(decisions(longer)).toEqual([
    "scan no-cache",
    "extract skipped",
    "imports hit",
    "symbols hit",
    "modules hit",
    "report miss",
  ]);

  appendFileSync(join(sample.root, "src/m7.ts"), "export function added(a: boolean) {\n  return a || !a;\n}\n");
  const edited = await atlasDocument(args, cwd);
  expect(edited).toMatchObject({ extracted: 1, processes: 1 });
  expect(edited.own.totals.functions).toBe(cold.own.totals.functions! + 1);

  renameSync(join(sample.root, "src/m7.ts"), join(sample.root, "src/m7b.ts"));
  const renamed = await atlasDocument(args, cwd);
  expect(renamed.extracted).toBe(0);
  expect(renamed.own.totals).toEqual(edited.own.totals);

  renameSync(join(sample.root, "src/m7b.ts"), join(sample.root, "src/m7.ts"));
  git(sample.root, ["checkout", "-q", "."]);
  const back = await atlasDocument(args, cwd);
  expect(back).toMatchObject({ extracted: 0, own: cold.own, installed: cold.installed });
});

it("says what is there: totals, what is imported most, what can't be parsed, and installed packages once", async () => {
  const { own, installed, packages, errors } = await atlasDocument([sample.root, "--top", "3"], cwd);
  const inInstalled = sample.paths.filter((path) => path.startsWith("node_modules/"));
  expect(own.totals).toMatchObject({ files: sample.paths.length - inInstalled.length, errors: 1 });
  expect(installed!.totals).toMatchObject({ files: 2, functions: 2, errors: 0 });
  expect(packages).toBe(1);
  expect(errors).toEqual([{ path: "src/broken.ts", error: expect.stringMatching(/line 1/) }]);
  expect(own.largest.length).toBe(3);
  const counted = execFileSync("grep", ["-rl", `"./m0.js"`, "src"], { cwd: sample.root, encoding: "utf8" });
  const imported = own.mostImported.find(({ path }) => path === "src/m0.ts");
  if (imported !== undefined) expect(imported.importedBy).toBe(counted.trim().split("\n").length);
  expect(own.mostImported[0]!.importedBy).toBeGreaterThan(1);
  // Eleven is one and five times `if` and `&&`.
  expect(own.mostComplex[0]!.complexity).toBe(11);
});

it("finds import cycles, and not those of types alone", async () => {
  const root = newFolder("cycles");
  const write = (name: string, text: string) => writeFileSync(join(root, name), text);
  write("a.ts", 'import { b } from "./b.js"; export const a = b;');
  write("b.ts", 'export * from "./c.js"; export const b = 1;');
  write("c.ts", 'import "./a.js"; import type { D } from "./d.js"; export const c = 1;');
  write("d.ts", 'import { c } from "./c.js"; export type D = typeof c; import("./d2.js");');
  write("d2.ts", 'import "./d.js";');
  try {
    const { own } = await atlasDocument([root], cwd);
    expect(own.cycles).toEqual([{ members: 3, cycle: ["a.ts", "b.ts", "c.ts"] }]);
    expect(own.cycleCount).toBe(1);
  } finally {
    removeFolder(root);
  }
});

it("notices an import that leads elsewhere because of another file, though its own has not changed", async () => {
  const root = newFolder("elsewhere");
  writeFileSync(join(root, "a.ts"), 'import { b } from "./b.js"; export const a = b;');
  try {
    expect((await atlasDocument([root], cwd)).own.mostImported).toEqual([]);
    writeFileSync(join(root, "b.ts"), "export const b = 1;");
    const { own, extracted } = await atlasDocument([root], cwd);
    expect(own.mostImported).toMatchObject([{ path: "b.ts", importedBy: 1 }]);
    expect(extracted).toBe(1);
  } finally {
    removeFolder(root);
  }
});

it("writes its tables as Parquet files", async () => {
  const args = [sample.root, "--cache", join(cwd, "cache-of-tables"), "--tables", join(cwd, "tables")];
  const { own, installed } = await atlasDocument(args, cwd);
  expect(readdirSync(join(cwd, "tables")).sort()).toEqual(["imports.parquet", "modules.parquet", "symbols.parquet"]);
  const modules = await openParquetFile(join(cwd, "tables", "modules.parquet"));
  const rows = await modules.scan().toRows();
  await modules.close();
  expect(rows.length).toBe(sample.paths.length);
  expect(rows.map(({ path }) => path)).toEqual(sample.paths);
  const lines = rows.reduce((sum, { lines }) => sum + Number(lines), 0);
  expect(lines).toBe(own.totals.lines! + installed!.totals.lines!);
});

it("prints a report for people", async () => {
  const { stdout, stderr, exitCode } = await startAtlas([sample.root], { cwd }).finished;
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toContain(`Code atlas of ${sample.root}`);
  expect(stdout).toMatch(/The repository: most imported\n/);
  expect(stdout).toMatch(/extracted [\d,]+ of 20\d contents \(20\d files\)/);
  expect(stderr).toBe("");
});

it("maps the packages of this very repository", async () => {
  const packages = fileURLToPath(new URL("../../../packages", import.meta.url));
  const { own, files, installed } = await atlasDocument([packages, "--no-dependencies"], cwd);
  expect(files).toBeGreaterThan(500);
  expect(installed).toBeNull();
  expect(own.totals.errors).toBe(0);
  expect(own.mostImported[0]!.importedBy).toBeGreaterThan(20);
});

it("refuses in a sentence, with exit code 2, what can't be", async () => {
  await expect(atlasDocument([join(cwd, "no-such-folder")], cwd)).rejects.toMatchObject({ code: "not-a-directory" });
  await expect(atlasDocument([sample.root, "--include", "**/*.nothing"], cwd)).rejects.toMatchObject({
    code: "no-sources",
  });
  const { stdout, stderr, exitCode } = await startAtlas([".", "--include", "**/*.nothing"], { cwd }).finished;
  expect(stderr).toMatch(/^There are no JavaScript or TypeScript files in [^\n]+\n$/);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
});
