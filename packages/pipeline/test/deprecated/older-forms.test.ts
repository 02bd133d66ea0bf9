import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStores, func, Pipeline, Runner } from "@larder/pipeline";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { decisionsOf } from "../decisions-of.js";

const double = func({ name: "double", inputs: ["x"], output: "y", cache: true }, ({ x }: { x: number }) => x * 2);
const pipeline = new Pipeline([double], { name: "double" });
const inputs = { x: 4 };
let directory = "";
const before = process.cwd();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "larder-older-"));
  vi.spyOn(process, "cwd").mockReturnValue(directory);
});
afterEach(async () => {
  vi.restoreAllMocks();
  expect(process.cwd()).toBe(before);
  await rm(directory, { recursive: true, force: true });
});

const quiet = { enabled: true, verbose: false } as const;

test("the name 'diskcache' is a cache in .cache/larder, which survives the runner", async () => {
  for (const decision of ["miss", "hit"]) {
    await using runner = new Runner({ cacheConfig: { ...quiet, backend: "diskcache" } });
    const { outputs, report } = await runner.run(pipeline, { inputs });
    expect(outputs).toEqual({ y: 8 });
    expect(decisionsOf(report)).toEqual({ double: decision });
  }
  expect(await readdir(join(directory, ".cache", "larder"))).toContain("larder.json");
});

test("a runner that was closed opens its cache again; plan and why open it as well", async () => {
  const runner = new Runner(pipeline, { cacheConfig: { ...quiet, backend: "diskcache" } });
  expect((await runner.plan({ inputs })).nodes[0]!.decision).toBe("miss");
  await runner.run({ inputs });
  await runner.close();
  expect((await runner.why("double", { inputs })).decision).toBe("hit");
  await runner.close();
});

test("runs that begin at once open the cache once", async () => {
  await using runner = new Runner({ cacheConfig: { ...quiet, backend: "diskcache" } });
  const all = await Promise.all([1, 2, 3].map((x) => runner.run(pipeline, { inputs: { x } })));
  expect(all.map(({ outputs }) => outputs.y)).toEqual([2, 4, 6]);
});

test("the name 'memory' is a MemoryCache of the runner's own", async () => {
  const runner = new Runner({ cacheConfig: { ...quiet, backend: "memory" } });
  await runner.run(pipeline, { inputs });
  expect(decisionsOf((await runner.run(pipeline, { inputs })).report)).toEqual({ double: "hit" });
  const other = new Runner({ cacheConfig: { ...quiet, backend: "memory" } });
  expect(decisionsOf((await other.run(pipeline, { inputs })).report)).toEqual({ double: "miss" });
});

test("a name that is none is refused with the nearest, when the runner is made", () => {
  const make = (backend: string) => () => new Runner({ cacheConfig: { ...quiet, backend: backend as "memory" } });
  expect(make("disk-cache")).toThrow("There is no backend 'disk-cache'. Did you mean 'diskcache'?");
  expect(make("Memory")).toThrow(expect.objectContaining({ code: "unknown-backend" }));
  expect(make("redis")).toThrow("new DiskCache() of @larder/disk-cache");
});

test("nothing is opened while caching is off", async () => {
  const runner = new Runner({ cacheConfig: { enabled: false, backend: "diskcache" } });
  await runner.run(pipeline, { inputs });
  await runner.close();
  expect(await readdir(directory)).toEqual([]);
});

test("createStores gives a backend in two parts, for a runner and for one's own use", async () => {
  const stores = createStores({ backend: "diskcache", directory: join(directory, "own") });
  const runner = new Runner(pipeline, { cacheConfig: { ...quiet, ...stores } });
  await runner.run({ inputs });
  expect(decisionsOf((await runner.run({ inputs })).report)).toEqual({ double: "hit" });
  const signature = await stores.metaStore.getMeta("double/double");
  expect(signature?.nodeName).toBe("double/double");
  await stores.metaStore.setMeta({ ...signature!, nodeName: "copy" });
  expect((await stores.metaStore.getMeta("copy"))?.codeHash).toBe(signature!.codeHash);
  await stores.blobStore.clear();
  expect(decisionsOf((await runner.run({ inputs })).report)).toEqual({ double: "miss" });
  await runner.close();
});

test("two runners with the same stores share them; stores of two calls can't be mixed", async () => {
  const stores = createStores("memory");
  const run = async (given: typeof stores) =>
    (await new Runner({ cacheConfig: { ...quiet, ...given } }).run(pipeline, { inputs })).report;
  await run(stores);
  expect(decisionsOf(await run(stores))).toEqual({ double: "hit" });
  const mixed = run({ metaStore: stores.metaStore, blobStore: createStores("memory").blobStore });
  await expect(mixed).rejects.toMatchObject({ code: "invalid-option" });
  expect(() => createStores({ backend: "disk" as "memory" })).toThrow("Did you mean 'diskcache'?");
});
