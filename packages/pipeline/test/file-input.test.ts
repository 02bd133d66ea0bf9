import { appendFile, mkdir, mkdtemp, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Clock, MemoryCache, systemClock } from "@larder/core";
import { type FileInput, file, func, Pipeline, Runner } from "@larder/pipeline";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decisionsOf } from "./decisions-of.js";

let directory: string;
const ran: string[] = [];
let duringRun: () => Promise<void> = async () => undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "larder-file-input-"));
  ran.length = 0;
  duringRun = async () => undefined;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const read = func(
  { name: "read", inputs: ["source"], output: "text", cache: true },
  async ({ source }: { source: FileInput }) => {
    ran.push("read");
    await duringRun();
    return readFile(source.path, "utf8");
  },
);
const shout = func(
  { name: "shout", inputs: ["text"], output: "shouted", cache: true },
  ({ text }: { text: string }) => {
    ran.push("shout");
    return text.toUpperCase();
  },
);
const pipeline = new Pipeline([read, shout], { name: "files" });

function newRunner(backend = new MemoryCache(), clock: Clock = systemClock) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false }, clock });
}

async function written(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

test("a file counts by its content: touched it is a hit, changed it is a miss, changed back it is a hit", async () => {
  const path = await written("a.txt", "one");
  const runner = newRunner();
  const run = async () => (await runner.run(pipeline, { inputs: { source: file(path) } })).outputs.shouted;
  expect(await run()).toBe("ONE");
  await utimes(path, 1, 1);
  expect(await run()).toBe("ONE");
  expect(ran).toEqual(["read", "shout"]);
  await writeFile(path, "two");
  expect(await run()).toBe("TWO");
  await writeFile(path, "one");
  expect(await run()).toBe("ONE");
  expect(ran).toEqual(["read", "shout", "read", "shout"]);
});

test("the same content elsewhere is a hit; under another extension it is not", async () => {
  const runner = newRunner();
  await runner.run(pipeline, { inputs: { source: file(await written("a.csv", "x")) } });
  const moved = await runner.run(pipeline, { inputs: { source: file(pathToFileURL(await written("b.csv", "x"))) } });
  expect(decisionsOf(moved.report)).toEqual({ read: "skipped", shout: "hit" });
  const renamed = await runner.run(pipeline, { inputs: { source: file(await written("b.tsv", "x")) } });
  expect(decisionsOf(renamed.report)).toMatchObject({ read: "miss" });
});

test("a change that keeps size and mtime is seen", async () => {
  const path = await written("a.txt", "one");
  await utimes(path, 1000, 1000);
  const runner = newRunner();
  await runner.run(pipeline, { inputs: { source: file(path) } });
  await writeFile(path, "two");
  await utimes(path, 1000, 1000);
  expect((await runner.run(pipeline, { inputs: { source: file(path) } })).outputs.shouted).toBe("TWO");
});

test("another file moved into place is seen", async () => {
  const path = await written("a.txt", "one");
  const runner = newRunner();
  await runner.run(pipeline, { inputs: { source: file(path) } });
  await rename(await written("b.txt", "two"), path);
  expect((await runner.run(pipeline, { inputs: { source: file(path) } })).outputs.shouted).toBe("TWO");
});

test("a digest is remembered in the cache only once the file had been left alone for two seconds", async () => {
  const path = await written("a.txt", "one");
  const { ctimeMs } = await stat(path);
  for (const [age, remembered] of [
    [1990, 0],
    [2010, 1],
  ] as const) {
    const backend = new MemoryCache();
    const clock: Clock = { now: () => ctimeMs + age, monotonic: () => performance.now() };
    await newRunner(backend, clock).run(pipeline, { inputs: { source: file(path) } });
    let memos = 0;
    for await (const key of backend.keys({ prefix: "file:" })) {
      memos++;
      expect(key).not.toContain("a.txt");
    }
    expect(memos).toBe(remembered);
  }
});

test("a remembered digest is of no use once the file looks different", async () => {
  const path = await written("a.txt", "one");
  const { ctimeMs } = await stat(path);
  const backend = new MemoryCache();
  const clock: Clock = { now: () => ctimeMs + 60_000, monotonic: () => performance.now() };
  await newRunner(backend, clock).run(pipeline, { inputs: { source: file(path) } });
  await writeFile(path, "two");
  const { outputs } = await newRunner(backend, clock).run(pipeline, { inputs: { source: file(path) } });
  expect(outputs.shouted).toBe("TWO");
});

test("when a file changes during the run, nothing made of it is stored, and a warning says so", async () => {
  const path = await written("a.txt", "one");
  const backend = new MemoryCache();
  duringRun = () => appendFile(path, " more");
  const { outputs, report } = await newRunner(backend).run(pipeline, { inputs: { source: file(path) } });
  expect(outputs.shouted).toBe("ONE MORE");
  expect(report.warnings.map(({ code, node }) => [code, node])).toEqual([
    ["doubtful-result", "read"],
    ["doubtful-result", "shout"],
  ]);
  for await (const key of backend.keys({ prefix: "node:" })) expect.unreachable(key);
  for await (const key of backend.keys({ prefix: "same:" })) expect.unreachable(key);
  // the content there was when the digest was made does not lead to what was read
  duringRun = async () => undefined;
  await writeFile(path, "one");
  expect((await newRunner(backend).run(pipeline, { inputs: { source: file(path) } })).outputs.shouted).toBe("ONE");
});

test("a change during the run that restores size and mtime is noticed", async () => {
  const path = await written("a.txt", "one");
  const before = await stat(path);
  const backend = new MemoryCache();
  duringRun = async () => {
    await writeFile(path, "two");
    await utimes(path, before.atime, before.mtime);
  };
  const { report } = await newRunner(backend).run(pipeline, { inputs: { source: file(path) } });
  expect(report.warnings.map(({ code }) => code)).toContain("doubtful-result");
});

test("a file that is not there is an error that names the input and the path, with caching on or off", async () => {
  const path = join(directory, "none.txt");
  for (const enabled of [true, false]) {
    const runner = new Runner({ cacheConfig: { enabled, verbose: false } });
    const error = await runner.run(pipeline, { inputs: { source: file(path) } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "file-not-found", facts: { input: "source", path } });
    expect((error as Error).message).toBe(`Input 'source': there is no file '${path}'. Check the path.`);
  }
  expect(ran).toEqual([]);
});

test("a directory is no file", async () => {
  await mkdir(join(directory, "folder"));
  const run = newRunner().run(pipeline, { inputs: { source: file(join(directory, "folder")) } });
  await expect(run).rejects.toMatchObject({ code: "not-a-file" });
});

const readAll = func(
  { name: "readAll", inputs: ["sources"], output: "all", cache: true },
  ({ sources }: { sources: { readonly parts: readonly FileInput[] } }) => {
    ran.push("readAll");
    return Promise.all(sources.parts.map(({ path }) => readFile(path, "utf8")));
  },
);

test("files within objects and arrays count by content too", async () => {
  const runner = newRunner();
  const several = new Pipeline([readAll]);
  const paths = [await written("a.txt", "one"), await written("b.txt", "two")];
  const run = async () =>
    (await runner.run(several, { inputs: { sources: { parts: paths.map((path) => file(path)) } } })).outputs.all;
  expect(await run()).toEqual(["one", "two"]);
  expect(await run()).toEqual(["one", "two"]);
  expect(ran).toEqual(["readAll"]);
  await writeFile(paths[1]!, "TWO");
  expect(await run()).toEqual(["one", "TWO"]);
  expect(ran).toHaveLength(2);
});

test("what a changed file gave is never found under the file's earlier content", async () => {
  const path = await written("a.txt", "two");
  const runner = newRunner();
  await runner.run(pipeline, { inputs: { source: file(path) } });
  await writeFile(path, "one");
  duringRun = () => writeFile(path, "two");
  const mixed = await runner.run(pipeline, { inputs: { source: file(path) } });
  expect(mixed.outputs.shouted).toBe("TWO");
  expect(decisionsOf(mixed.report)).toEqual({ read: "miss", shout: "hit" });
  duringRun = async () => undefined;
  await writeFile(path, "one");
  expect((await runner.run(pipeline, { inputs: { source: file(path) } })).outputs.shouted).toBe("ONE");
});

test("a plan reads files and writes nothing, not even a memo of their digests", async () => {
  const path = await written("a.txt", "one");
  const { ctimeMs } = await stat(path);
  const backend = new MemoryCache();
  const clock: Clock = { now: () => ctimeMs + 60_000, monotonic: () => performance.now() };
  const runner = newRunner(backend, clock);
  await runner.plan(pipeline, { inputs: { source: file(path) } });
  await runner.why(pipeline, "read", { inputs: { source: file(path) } });
  for await (const key of backend.keys()) expect.unreachable(key);
});
