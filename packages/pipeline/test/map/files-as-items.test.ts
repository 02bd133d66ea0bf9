import { mkdtemp, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LarderError, MemoryCache } from "@larder/core";
import { file, type PipelineError, Runner } from "@larder/pipeline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { callsOf } from "./counted-calls.js";
import { given, made, type ReadState } from "./map-nodes-of-files.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "larder-map-files-"));
});
afterEach(async () => {
  delete (globalThis as ReadState).onRead;
  await rm(directory, { recursive: true, force: true });
});

const at = (name: string) => join(directory, `${name}.txt`);
/** Writes a file that has been left alone for a while. */
async function write(name: string, content: string, secondsAgo = 60): Promise<void> {
  await writeFile(at(name), content);
  const then = new Date(Date.now() - secondsAgo * 1000);
  await utimes(at(name), then, then);
}

function runnerOn(backend: MemoryCache) {
  return new Runner({ concurrency: 2, cacheConfig: { enabled: true, backend, verbose: false } });
}

const ways = {
  "as an input": (backend: MemoryCache, names: readonly string[]) =>
    runnerOn(backend).run(given, { inputs: { sources: names.map((name) => file(at(name))) } }),
  "made by a node": (backend: MemoryCache, names: readonly string[]) =>
    runnerOn(backend).run(made, { inputs: { paths: names.map(at) } }),
};

for (const [way, run] of Object.entries(ways)) {
  it(`files ${way} are items by their content`, async () => {
    const backend = new MemoryCache();
    await write("a", "aa");
    await write("b", "bbb");
    await write("c", "cccc");
    expect((await callsOf(() => run(backend, ["a", "b", "c"])))[1].toSorted()).toEqual(["aa", "bbb", "cccc"]);
    await write("b", "changed");
    await rename(at("c"), at("moved"));
    const [{ outputs }, called] = await callsOf(() => run(backend, ["moved", "a", "b"]));
    expect(called).toEqual(["changed"]);
    expect(outputs.lengths).toEqual([4, 2, 7]);
  });

  it(`nothing is stored of a file ${way} that changes during the run, but all of the others`, async () => {
    const backend = new MemoryCache();
    await write("a", "aa");
    await write("b", "bbb");
    (globalThis as ReadState).onRead = async (content) => {
      if (content === "bbb") await write("b", "new text");
    };
    const { report } = await run(backend, ["a", "b"]);
    expect(report.warnings.map(({ code }) => code)).toContain("doubtful-result");
    delete (globalThis as ReadState).onRead;
    await write("b", "bbb");
    const [{ outputs }, called] = await callsOf(() => run(backend, ["a", "b"]));
    expect(outputs.lengths).toEqual([2, 3]);
    expect(called).toEqual(["bbb"]);
  });
}

it("a file that is not there fails the map, and names it", async () => {
  const error = await ways["made by a node"](new MemoryCache(), ["missing"]).then(
    () => undefined,
    (thrown: PipelineError) => thrown,
  );
  expect(LarderError.isInstance(error!.failures[0]!.error, "file-not-found")).toBe(true);
});
