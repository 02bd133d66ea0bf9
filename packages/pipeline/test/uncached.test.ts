import { type BlobToStore, type CacheBackend, MemoryCache } from "@larder/core";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { beforeEach, expect, test } from "vitest";
import { decisionsOf } from "./decisions-of.js";

/** Names of nodes in the order in which they ran. */
const ran: string[] = [];
beforeEach(() => {
  ran.length = 0;
});

function newRunner(backend: CacheBackend = new MemoryCache()) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
}

class Opaque {
  #secret = Math.E;
  reveal() {
    return this.#secret;
  }
}
const readsOptions = func(
  { inputs: ["options"], output: "seen", cache: true },
  ({ options }: { options: { deep: { opaque: unknown } } }) => {
    ran.push("seen");
    return typeof options.deep.opaque;
  },
);

test("an input that can't be digested makes its node run uncached, and a warning names the path to it", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([readsOptions]);
  for (let run = 0; run < 2; run++) {
    const { outputs, report } = await runner.run(pipeline, { inputs: { options: { deep: { opaque: new Opaque() } } } });
    expect(outputs.seen).toBe("object");
    expect(decisionsOf(report)).toEqual({ seen: "no-cache" });
    expect(report.warnings).toHaveLength(1);
    expect(report.warnings[0]!.code).toBe("undigestable-input");
    expect(report.warnings[0]!.message).toContain("options.deep.opaque");
  }
  expect(ran).toHaveLength(2);
});

const makesOpaque = func({ inputs: ["x"], output: "opaque", cache: true }, ({ x }: { x: number }) => {
  ran.push("opaque");
  return { x, opaque: new Opaque() };
});
const usesOpaque = func(
  { inputs: ["opaque"], output: "used", cache: true },
  ({ opaque }: { opaque: { x: number } }) => {
    ran.push("used");
    return opaque.x;
  },
);

test("a result that can't be stored is a warning, and the run goes on", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([makesOpaque, usesOpaque]);
  const { outputs, report } = await runner.run(pipeline, { inputs: { x: 1 } });
  expect(outputs.used).toBe(1);
  expect(decisionsOf(report)).toEqual({ opaque: "miss", used: "miss" });
  expect(report.nodes[0]!.bytes).toBeNull();
  expect(report.warnings.map(({ code, node }) => [code, node])).toContainEqual(["uncacheable-value", "opaque"]);
  const other = await runner.run(pipeline, { inputs: { x: 2 } });
  expect(other.outputs.used).toBe(2);
});

const uncachedOpaque = func({ inputs: ["x"], output: "loose", cache: false }, ({ x }: { x: number }) => ({
  x,
  run: () => x,
}));
const usesLoose = func(
  { inputs: ["loose"], output: "fromLoose", cache: true },
  ({ loose }: { loose: { x: number } }) => {
    ran.push("fromLoose");
    return loose.x;
  },
);
const usesFromLoose = func(
  { inputs: ["fromLoose"], output: "last", cache: true },
  ({ fromLoose }: { fromLoose: number }) => {
    ran.push("last");
    return fromLoose > 0;
  },
);

test("a node that reads an undigestable value from an uncached node runs uncached; those after it are cached again", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([uncachedOpaque, usesLoose, usesFromLoose]);
  for (const x of [1, 2, 1]) {
    const { outputs, report } = await runner.run(pipeline, { inputs: { x } });
    expect(outputs.last).toBe(true);
    expect(decisionsOf(report).fromLoose).toBe("no-cache");
    expect(report.warnings.find(({ node }) => node === "fromLoose")?.message).toContain("loose.run");
  }
  expect(ran).toEqual(["fromLoose", "last", "fromLoose", "last", "fromLoose"]);
});

test("a function that captures an unlisted variable runs uncached, and the warning names it", async () => {
  const runner = newRunner();
  const offset = ran.length + 4;
  const capturesOffset = func({ inputs: ["x"], output: "y", cache: true }, ({ x }: { x: number }) => x + offset);
  const { outputs, report } = await runner.run(new Pipeline([capturesOffset]), { inputs: { x: 1 } });
  expect(outputs.y).toBe(5);
  expect(decisionsOf(report)).toEqual({ y: "no-cache" });
  expect(report.warnings[0]).toMatchObject({ code: "captured-variable", node: "y" });
  expect(report.warnings[0]!.message).toContain("'offset'");
});

const makesList = func({ inputs: ["x"], output: "list", cache: true }, ({ x }: { x: number }) => [x, x + 1]);
const spoilsList = func({ inputs: ["list"], output: "length", cache: true }, ({ list }: { list: number[] }) => {
  list.push(-1);
  return list.length;
});

/** A MemoryCache whose results are stored only when the test lets them. */
function heldBackend(outcome: (blob: BlobToStore) => Promise<void>) {
  const memory = new MemoryCache();
  const backend: CacheBackend = {
    getMeta: (name) => memory.getMeta(name),
    setMeta: (signature) => memory.setMeta(signature),
    getBlob: (key) => memory.getBlob(key),
    clear: () => memory.clear(),
    async setBlob(key, blob) {
      if (key.startsWith("node:")) await outcome(blob);
      await memory.setBlob(key, blob);
    },
  };
  return backend;
}

test("a child runs while its parent's result is being stored, and can't change what is stored of it", async () => {
  let release = (): void => {};
  const childIsDone = new Promise<void>((resolve) => {
    release = resolve;
  });
  let waited = 0;
  const backend = heldBackend(async ({ record }) => {
    if (record.origin === "pipeline/length") return release();
    waited++;
    await childIsDone;
  });
  const pipeline = new Pipeline([makesList, spoilsList], { name: "pipeline" });
  const { outputs } = await newRunner(backend).run(pipeline, { inputs: { x: 5 } });
  expect(outputs.length).toBe(3);
  expect(waited).toBe(1);
  const again = await newRunner(backend).run(pipeline, { inputs: { x: 5 }, outputs: ["list"] });
  expect(decisionsOf(again.report)).toEqual({ list: "hit" });
  expect(again.outputs.list).toEqual([5, 6]);
});

test("when the backend can't store a result the run goes on, says so, and promises nothing of it", async () => {
  const full = new Error("no space left");
  const backend = heldBackend(async () => {
    throw full;
  });
  const pipeline = new Pipeline([makesList, spoilsList], { name: "pipeline" });
  for (let run = 0; run < 2; run++) {
    const { outputs, report } = await newRunner(backend).run(pipeline, { inputs: { x: 5 } });
    expect(outputs.length).toBe(3);
    expect(decisionsOf(report)).toEqual({ list: "miss", length: "miss" });
    expect(report.nodes.map(({ bytes }) => bytes)).toEqual([null, null]);
    expect(report.warnings.map(({ node }) => node)).toEqual(["list", "length"]);
    expect(report.warnings[0]!.message).toContain("no space left");
  }
});
