import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive, newFolder, removeFolder, writeFiles } from "@larder/app-shared/testing";
import { extractKey, optionsFingerprint } from "@larder/typed-caches";
import { afterAll, expect, it } from "vitest";
import { extractKind } from "../../src/extract-kind.js";
import { extractorVersion } from "../../src/extractor-version.js";
import { extractInProcesses, type PoolOptions } from "../../src/pool/extraction-pool.js";
import { atlasProfile } from "../../src/pool/open-extracts.js";
import type { PoolFile } from "../../src/pool/pool-protocol.js";

const folders: string[] = [];
afterAll(() => folders.forEach(removeFolder));

/** Files on disk, an empty cache, and the options for a pool over both. */
function setUp(texts: Readonly<Record<string, string>>) {
  const folder = newFolder("pool");
  folders.push(folder);
  writeFiles(folder, texts);
  const files = Object.keys(texts).map((name): PoolFile => {
    const path = join(folder, name);
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    return { path, sha256, size: statSync(path).size };
  });
  const seen = { extracted: 0, done: 0, processes: [] as number[] };
  const controller = new AbortController();
  const options: PoolOptions = {
    cacheDirectory: join(folder, "cache"),
    repository: "pool",
    extractor: extractorVersion(),
    processes: 2,
    signal: controller.signal,
    onExtract: () => {
      seen.extracted += 1;
    },
    onDone: (count) => {
      seen.done += count;
    },
    onProcess: (processId) => seen.processes.push(processId),
  };
  return { folder, files, options, seen, controller };
}

/** How many of the files have an extraction in the cache. */
async function stored(directory: string, files: readonly PoolFile[]): Promise<number> {
  const profile = atlasProfile(directory);
  const fingerprint = optionsFingerprint({ extractor: extractorVersion() });
  const keys = files.map(({ path, sha256 }) =>
    extractKey({ kind: extractKind(path), sha256, optionsFingerprint: fingerprint }),
  );
  const found = await (await profile.cache("extract")).getMany(keys);
  await profile.close();
  return found.size;
}

function modules(count: number): Record<string, string> {
  const lines = (at: number) => Array.from({ length: 200 }, (_, line) => `export const a${at}_${line} = ${line};`);
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`m${at}.ts`, lines(at).join("\n")]));
}

it("extracts each file once, and leaves no process behind", async () => {
  const { files, options, seen } = setUp(modules(120));
  expect(await extractInProcesses(files, options)).toEqual([]);
  expect(seen).toMatchObject({ extracted: 120, done: 120 });
  expect(seen.processes.length).toBe(2);
  expect(seen.processes.filter(isAlive)).toEqual([]);
  expect(await stored(options.cacheDirectory, files)).toBe(120);
});

it("hands what a killed process was at to another", async () => {
  const { files, options, seen } = setUp(modules(150));
  let killed = false;
  const failures = await extractInProcesses(files, {
    ...options,
    onExtract(size) {
      options.onExtract!(size);
      if (killed || seen.extracted < 40) return;
      killed = true;
      process.kill(seen.processes[0]!, "SIGKILL");
    },
  });
  expect(failures).toEqual([]);
  expect(killed).toBe(true);
  expect(seen.processes.length).toBe(3);
  expect(await stored(options.cacheDirectory, files)).toBe(150);
  // What it was at is extracted again, and no more.
  expect(seen.extracted - 150).toBeLessThanOrEqual(16);
});

it("gives a file up that ends the parser's process, and extracts all others", async () => {
  const { files, options } = setUp({ ...modules(10), "deep.ts": `${"[".repeat(200_000)}${"]".repeat(200_000)}` });
  const failures = await extractInProcesses(files, options);
  expect(failures).toMatchObject([{ code: "parser-crashed", path: expect.stringMatching(/deep\.ts$/) }]);
  expect(await stored(options.cacheDirectory, files)).toBe(10);
});

it("tells of files that are no longer what was listed", async () => {
  const { files, options } = setUp(modules(3));
  writeFiles(join(files[1]!.path, ".."), { "m1.ts": "export const changed = 1;" });
  const failures = await extractInProcesses(files, options);
  expect(failures).toMatchObject([{ code: "content-changed", path: files[1]!.path }]);
  expect(await stored(options.cacheDirectory, files)).toBe(2);
});

it("ends with what made its processes end at once", async () => {
  const { files, options } = setUp(modules(2));
  await expect(extractInProcesses(files, { ...options, extractor: "another" })).rejects.toMatchObject({
    code: "extractor-changed",
  });
});

it("ends when it is aborted, keeping what was extracted", async () => {
  const { files, options, seen, controller } = setUp(modules(150));
  const extracting = extractInProcesses(files, {
    ...options,
    onExtract(size) {
      options.onExtract!(size);
      if (seen.extracted === 30) controller.abort(new Error("enough"));
    },
  });
  await expect(extracting).rejects.toThrow("enough");
  expect(seen.processes.filter(isAlive)).toEqual([]);
  const kept = await stored(options.cacheDirectory, files);
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(150);
  const again = setUp({});
  expect(await extractInProcesses(files, { ...again.options, cacheDirectory: options.cacheDirectory })).toEqual([]);
  expect(again.seen.extracted).toBe(150 - kept);
  await expect(extractInProcesses(files, options)).rejects.toThrow("enough");
});
