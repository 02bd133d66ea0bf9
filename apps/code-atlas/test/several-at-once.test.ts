import { join } from "node:path";
import { isAlive, newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AtlasDocument, atlasDocument, atlasProcess, startAtlas } from "./harness/run-atlas.js";
import { type SampleRepository, sampleRepository } from "./harness/sample-repository.js";

let sample: SampleRepository;
let cwd: string;
beforeAll(() => {
  sample = sampleRepository(200, 2);
  cwd = newFolder("several");
});
afterAll(() => {
  removeFolder(sample.root);
  removeFolder(cwd);
});

it.each([2, 4])("%i at once on an empty cache extract each content exactly once in all", async (count) => {
  const cache = join(cwd, `cache-${count}`);
  // All but the last leave some files out, each others: none has the list of another, and the contents are shared all the same.
  const argsOf = (at: number) => (at < count - 1 ? ["--exclude", `src/m${at + 1}1*.ts`] : []);
  const runs = await Promise.all(
    Array.from({ length: count }, (_, at) => atlasProcess([sample.root, "--cache", cache, ...argsOf(at)], cwd)),
  );
  const sum = runs.reduce((total, { extracted }) => total + extracted, 0);
  expect(sum).toBe(runs.at(-1)!.contents);
  expect(new Set(runs.map(({ files }) => files)).size).toBeGreaterThan(1);
  expect(runs.at(-1)!.files).toBe(sample.paths.length);
});

it("goes on after Ctrl-C where it was, and leaves no process behind", async () => {
  const cache = join(cwd, "cache-interrupted");
  const args = [sample.root, "--cache", cache, "--json"];
  const first = startAtlas(args, { cwd, told: true });
  const processes: number[] = [];
  let extracted = 0;
  first.onLine((line) => {
    if (line.startsWith("process ")) processes.push(Number(line.slice("process ".length)));
    if (line === "extracting" && ++extracted === 20) first.child.kill("SIGINT");
  });
  const { exitCode, stdout, signal } = await first.finished;
  expect({ exitCode, signal, stdout }).toEqual({ exitCode: 130, signal: null, stdout: "" });
  expect(processes.length).toBeGreaterThan(0);
  expect(processes.filter(isAlive)).toEqual([]);

  const again = await atlasDocument(args.slice(0, -1), cwd);
  expect(again.extracted).toBeGreaterThan(0);
  // What was extracted when it was interrupted may not have been stored, and nothing else.
  expect(again.extracted + extracted - again.contents).toBeGreaterThanOrEqual(0);
  expect(again.extracted + extracted - again.contents).toBeLessThanOrEqual(16 * processes.length);
});

it("ends well when one of its processes is killed, and when all are", async () => {
  const cache = join(cwd, "cache-killed");
  const run = startAtlas([sample.root, "--cache", cache, "--json"], { cwd, told: true });
  const processes: number[] = [];
  let extracted = 0;
  run.onLine((line) => {
    if (line.startsWith("process ")) processes.push(Number(line.slice("process ".length)));
    if (line === "extracting") extracted += 1;
    if (line !== "extracting" || (extracted !== 15 && extracted !== 60)) return;
    for (const each of extracted === 15 ? processes.slice(0, 1) : processes.filter(isAlive))
      process.kill(each, "SIGKILL");
  });
  const { exitCode, stdout, stderr } = await run.finished;
  expect(exitCode, stderr).toBe(0);
  const document = JSON.parse(stdout) as AtlasDocument;
  expect(document.extracted).toBeGreaterThanOrEqual(document.contents);
  expect(document.own.totals.errors).toBe(1);
  const warm = await atlasDocument([sample.root, "--cache", cache], cwd);
  expect(warm).toMatchObject({ extracted: 0, processes: 0, own: document.own });
});
