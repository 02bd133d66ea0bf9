import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cache, MemoryCache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { Runner } from "@larder/pipeline";
import { expect, it } from "vitest";
import { callsOf } from "./counted-calls.js";
import { sourcesOf, texts } from "./word-nodes.js";

const files = sourcesOf(300);
const wordsOf = (list: typeof files) => list.map(({ text }) => text.split(" ").filter((word) => word.length >= 3));

it("two runners that need the same list compute each item once", async () => {
  const backend = new MemoryCache();
  const run = () =>
    new Runner({ concurrency: 3, cacheConfig: { enabled: true, backend, verbose: false } }).run(texts, {
      inputs: { files, least: 3 },
      outputs: ["words"],
    });
  const [results, called] = await callsOf(() => Promise.all([run(), run()]));
  for (const { outputs } of results) expect(outputs.words).toEqual(wordsOf(files));
  expect(called.toSorted()).toEqual(files.map(({ path }) => path).toSorted());
});

it("runners with different lists on one directory each get their own results, and leave both", async () => {
  const directory = join(tmpdir(), `larder-runners-${process.pid}`);
  const lists = [files, files.slice(100), [...files].reverse(), files.slice(0, 200)];
  const backends = lists.map(() => new DiskCache({ directory }));
  try {
    const run = (list: typeof files, backend: DiskCache) =>
      new Runner({ concurrency: 3, cacheConfig: { enabled: true, backend, verbose: false } }).run(texts, {
        inputs: { files: list, least: 3 },
        outputs: ["words"],
      });
    const all = () => Promise.all(lists.map((list, index) => run(list, backends[index]!)));
    for (const [index, { outputs }] of (await all()).entries()) expect(outputs.words).toEqual(wordsOf(lists[index]!));
    const [again, called] = await callsOf(all);
    expect(called).toEqual([]);
    for (const [index, { outputs }] of again.entries()) expect(outputs.words).toEqual(wordsOf(lists[index]!));
  } finally {
    for (const backend of backends) await new Cache({ backend }).close();
    await rm(directory, { recursive: true, force: true });
  }
});
