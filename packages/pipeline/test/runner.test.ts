import { MemoryCache } from "@larder/core";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { beforeEach, expect, test } from "vitest";
import { decisionsOf, reasonsOf } from "./decisions-of.js";

/** Names of nodes in the order in which they ran. */
const ran: string[] = [];
beforeEach(() => {
  ran.length = 0;
});

const double = func({ name: "double", inputs: ["x"], output: "doubled", cache: true }, ({ x }: { x: number }) => {
  ran.push("double");
  return x * 2;
});
const half = func({ name: "half", inputs: ["x"], output: "halved", cache: true }, ({ x }: { x: number }) => {
  ran.push("half");
  return Math.floor(x / 2);
});
const sum = func(
  { name: "sum", inputs: ["doubled", "halved"], output: "total", cache: true },
  ({ doubled, halved }: { doubled: number; halved: number }) => {
    ran.push("sum");
    return doubled + halved;
  },
);
const diamond = new Pipeline([double, half, sum], { name: "diamond" });

function newRunner(backend = new MemoryCache()) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
}

test("the second run with the same inputs runs nothing and reads only what was asked for", async () => {
  const runner = newRunner();
  const first = await runner.run(diamond, { inputs: { x: 5 } });
  expect(first.outputs).toEqual({ total: 12 });
  expect(decisionsOf(first.report)).toEqual({ double: "miss", half: "miss", sum: "miss" });
  const second = await runner.run(diamond, { inputs: { x: 5 } });
  expect(second.outputs).toEqual({ total: 12 });
  expect(decisionsOf(second.report)).toEqual({ double: "skipped", half: "skipped", sum: "hit" });
  expect(ran).toHaveLength(3);
});

test("x = 5, then 10, then 5 again: the third run is a hit", async () => {
  const runner = newRunner();
  for (const x of [5, 10]) await runner.run(diamond, { inputs: { x } });
  ran.length = 0;
  const { outputs, report } = await runner.run(diamond, { inputs: { x: 5 } });
  expect(outputs.total).toBe(12);
  expect(decisionsOf(report).sum).toBe("hit");
  expect(ran).toEqual([]);
});

test("a recomputed parent with the value it had leaves its children hits, reason 'same inputs'", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([half, next]);
  await runner.run(pipeline, { inputs: { x: 4 } });
  ran.length = 0;
  const { report, outputs } = await runner.run(pipeline, { inputs: { x: 5 } });
  expect(outputs.next).toBe(3);
  expect(ran).toEqual(["half"]);
  expect(decisionsOf(report)).toEqual({ half: "miss", next: "hit" });
  expect(reasonsOf(report).next).toBe("same inputs");
  // and it is found at once the next time
  const again = await runner.run(pipeline, { inputs: { x: 5 } });
  expect(reasonsOf(again.report)).toEqual({ half: "not needed", next: "same key" });
});

const next = func({ inputs: ["halved"], output: "next", cache: true }, ({ halved }: { halved: number }) => {
  ran.push("next");
  return halved + 1;
});

const nothing = func({ inputs: ["x"], output: "nothing", cache: true }, ({ x }: { x: number }) => {
  ran.push("nothing");
  return x > 0 ? undefined : null;
});

test("results that are undefined or null are hits", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([nothing]);
  for (const [x, value] of [
    [1, undefined],
    [0, null],
  ] as const) {
    await runner.run(pipeline, { inputs: { x } });
    const { outputs, report } = await runner.run(pipeline, { inputs: { x } });
    expect(outputs).toEqual({ nothing: value });
    expect(decisionsOf(report)).toEqual({ nothing: "hit" });
  }
  expect(ran).toHaveLength(2);
});

const upper = func({ name: "a", inputs: ["word"], output: "cased", cache: true }, ({ word }: { word: string }) =>
  word.toUpperCase(),
);
const lower = func({ name: "a", inputs: ["word"], output: "cased", cache: true }, ({ word }: { word: string }) =>
  word.toLowerCase(),
);
const first = func(
  { name: "b", inputs: ["cased"], output: "letter", cache: true },
  ({ cased }: { cased: string }) => cased[0],
);
const last = func({ name: "b", inputs: ["cased"], output: "letter", cache: true }, ({ cased }: { cased: string }) =>
  cased.at(-1),
);

test("two functions that read the same are never taken for one another, whatever their names", async () => {
  const runner = newRunner();
  for (const [cased, letter, expected] of [
    [upper, first, "A"],
    [lower, first, "a"],
    [upper, last, "B"],
    [lower, last, "b"],
  ] as const) {
    for (let run = 0; run < 2; run++) {
      expect((await runner.run(new Pipeline([cased, letter]), { inputs: { word: "aB" } })).outputs).toEqual({
        letter: expected,
      });
    }
  }
});

// Made of other code, and of the same value: C is what keeps `first` and `last` apart here.
const typed = func(
  { name: "a", inputs: ["word"], output: "cased", cache: true },
  ({ word }: { word: string }) => `${word}`,
);

test("a child is found by its parents' values only for its own code", async () => {
  const runner = newRunner();
  await runner.run(new Pipeline([upper, first]), { inputs: { word: "AB" } });
  const { outputs } = await runner.run(new Pipeline([typed, last]), { inputs: { word: "AB" } });
  expect(outputs.letter).toBe("B");
  const same = await runner.run(new Pipeline([typed, first]), { inputs: { word: "AB" } });
  expect(same.outputs.letter).toBe("A");
  expect(reasonsOf(same.report).b).toBe("same inputs");
});

test("only the requested outputs, and what they need, run", async () => {
  const { outputs, report } = await newRunner().run(diamond, { inputs: { x: 5 }, outputs: ["doubled"] });
  expect(outputs).toEqual({ doubled: 10 });
  expect(decisionsOf(report)).toEqual({ double: "miss" });
  expect(ran).toEqual(["double"]);
});

test("two pipelines share the results of a node they have in common", async () => {
  const runner = newRunner();
  await runner.run(diamond, { inputs: { x: 5 } });
  const { report } = await runner.run(new Pipeline([half], { name: "another" }), { inputs: { x: 5 } });
  expect(decisionsOf(report)).toEqual({ half: "hit" });
});

test("with caching off every node runs every time, and nothing is stored", async () => {
  const backend = new MemoryCache();
  const runner = new Runner({ cacheConfig: { enabled: false, backend } });
  for (let run = 0; run < 2; run++) {
    const { outputs, report } = await runner.run(diamond, { inputs: { x: 5 } });
    expect(outputs.total).toBe(12);
    expect(decisionsOf(report)).toEqual({ double: "no-cache", half: "no-cache", sum: "no-cache" });
  }
  expect(ran).toHaveLength(6);
  expect(await backend.keys()[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
});

const unstored = func({ inputs: ["x"], output: "unstored", cache: false }, ({ x }: { x: number }) => {
  ran.push("unstored");
  return { parity: x % 2 };
});
const reads = func(
  { inputs: ["unstored"], output: "read", cache: true },
  ({ unstored }: { unstored: { parity: number } }) => {
    ran.push("reads");
    return unstored.parity === 0 ? "even" : "odd";
  },
);

test("a node that is not cached always runs; its children go by its value", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([unstored, reads]);
  await runner.run(pipeline, { inputs: { x: 1 } });
  const { outputs, report } = await runner.run(pipeline, { inputs: { x: 3 } });
  expect(outputs.read).toBe("odd");
  expect(decisionsOf(report)).toEqual({ unstored: "no-cache", read: "hit" });
  await runner.run(pipeline, { inputs: { x: 4 } });
  expect(ran).toEqual(["unstored", "reads", "unstored", "unstored", "reads"]);
});

let made = 0;
const recomputed = func({ inputs: [], output: "made", behavior: "recompute" }, () => {
  ran.push("recomputed");
  return made;
});
const ofMade = func({ inputs: ["made"], output: "ofMade", cache: true }, ({ made }: { made: number }) => {
  ran.push("ofMade");
  return made * 10;
});

test("behavior 'recompute' always runs and stores, and its children run when its value differs", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([recomputed, ofMade]);
  made = 1;
  await runner.run(pipeline);
  const same = await runner.run(pipeline);
  expect(decisionsOf(same.report)).toEqual({ made: "miss", ofMade: "hit" });
  expect(reasonsOf(same.report).made).toBe("always recomputed");
  made = 2;
  const other = await runner.run(pipeline);
  expect(other.outputs.ofMade).toBe(20);
  expect(decisionsOf(other.report)).toEqual({ made: "miss", ofMade: "miss" });
});

const hint = func({ inputs: ["x"], output: "hint", cache: true, behavior: "ignore" }, ({ x }: { x: number }) => {
  ran.push("hint");
  return x;
});
const hinted = func(
  { inputs: ["hint", "y"], output: "hinted", cache: true },
  ({ hint, y }: { hint: number; y: number }) => {
    ran.push("hinted");
    return y + hint * 0;
  },
);

test("behavior 'ignore' leaves a node out of its children's keys", async () => {
  const runner = newRunner();
  const pipeline = new Pipeline([hint, hinted]);
  await runner.run(pipeline, { inputs: { x: 1, y: 1 } });
  const { report } = await runner.run(pipeline, { inputs: { x: 2, y: 1 } });
  expect(decisionsOf(report)).toEqual({ hint: "skipped", hinted: "hit" });
  await runner.run(pipeline, { inputs: { x: 2, y: 2 } });
  expect(ran).toEqual(["hint", "hinted", "hint", "hinted"]);
});

function versioned(version: string | undefined, format?: string) {
  return func(
    {
      inputs: ["x"],
      output: "versioned",
      cache: true,
      captures: {},
      ...(version && { version }),
      ...(format && { format }),
    },
    triple,
  );
}
function triple({ x }: { x: number }): number {
  ran.push("triple");
  return x * 3;
}

test("another version or format of a node is another key", async () => {
  const runner = newRunner();
  const nodes = [versioned(undefined), versioned("1"), versioned("2"), versioned("2", "larder.structured.1")];
  for (const node of nodes) await runner.run(new Pipeline([node]), { inputs: { x: 1 } });
  expect(ran).toHaveLength(4);
  for (const node of nodes) await runner.run(new Pipeline([node]), { inputs: { x: 1 } });
  expect(ran).toHaveLength(4);
});

function capturing(factor: { by: number }) {
  return func({ inputs: ["x"], output: "scaled", cache: true, captures: { factor } }, ({ x }: { x: number }) => {
    ran.push("scaled");
    return x * factor.by;
  });
}

test("captured values count, as they are when the run begins", async () => {
  const runner = newRunner();
  const factor = { by: 2 };
  const pipeline = new Pipeline([capturing(factor)]);
  expect((await runner.run(pipeline, { inputs: { x: 1 } })).outputs.scaled).toBe(2);
  factor.by = 3;
  const changed = await runner.run(pipeline, { inputs: { x: 1 } });
  expect(changed.outputs.scaled).toBe(3);
  expect(reasonsOf(changed.report).scaled).toBe("captured value changed");
  factor.by = 2;
  expect(decisionsOf((await runner.run(pipeline, { inputs: { x: 1 } })).report)).toEqual({ scaled: "hit" });
});

test("chosen environment variables count, and the override stands for the whole environment", async () => {
  const backend = new MemoryCache();
  const run = async (config: { environment?: string[]; envHash?: string }) => {
    const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false, ...config } });
    return decisionsOf((await runner.run(new Pipeline([half]), { inputs: { x: 8 } })).report).half;
  };
  const environment = ["LARDER_TEST_REGION"];
  try {
    process.env.LARDER_TEST_REGION = "north";
    expect(await run({ environment })).toBe("miss");
    expect(await run({ environment })).toBe("hit");
    process.env.LARDER_TEST_REGION = "";
    expect(await run({ environment })).toBe("miss");
    delete process.env.LARDER_TEST_REGION;
    expect(await run({ environment })).toBe("miss");
    process.env.LARDER_TEST_REGION = "north";
    expect(await run({ environment })).toBe("hit");
    expect(await run({ envHash: "release-1", environment })).toBe("miss");
    process.env.LARDER_TEST_REGION = "south";
    expect(await run({ envHash: "release-1", environment })).toBe("hit");
    expect(await run({ envHash: "release-2" })).toBe("miss");
  } finally {
    delete process.env.LARDER_TEST_REGION;
  }
});

test("the older form, new Runner(pipeline, options), runs its own pipeline", async () => {
  const runner = new Runner(diamond, { cacheConfig: { enabled: true, verbose: false } });
  expect((await runner.run({ inputs: { x: 5 } })).outputs).toEqual({ total: 12 });
  expect((await runner.plan({ inputs: { x: 5 } })).nodes.map(({ decision }) => decision)).toEqual([
    "hit",
    "hit",
    "hit",
  ]);
  expect(await runner.why("sum")).toMatchObject({ node: "sum", decision: "miss", reason: "first run" });
});

test("a report can be told as JSON", async () => {
  const { report } = await newRunner().run(diamond, { inputs: { x: 5 } });
  const json = JSON.parse(JSON.stringify(report));
  expect(json).toMatchObject({ pipeline: "diamond", totals: { misses: 3, hits: 0 } });
  expect(json.nodes[0]).toMatchObject({
    node: "double",
    decision: "miss",
    reason: "first run",
    savedSeconds: 0,
    rows: null,
  });
  expect(json.nodes[0].seconds).toBeGreaterThanOrEqual(0);
  expect(json.nodes[0].bytes).toBeGreaterThan(0);
});

test("many runs at once with different inputs on one cache each get their own results", async () => {
  const runner = newRunner();
  const inputs = Array.from({ length: 200 }, (_, index) => index % 50);
  const results = await Promise.all(inputs.map((x) => runner.run(diamond, { inputs: { x } })));
  expect(results.map(({ outputs }) => outputs.total)).toEqual(inputs.map((x) => x * 2 + Math.floor(x / 2)));
});

test("a node that has just stored a result can be asked for it by another runner at once", async () => {
  const backend = new MemoryCache();
  await newRunner(backend).run(diamond, { inputs: { x: 5 } });
  const { report } = await newRunner(backend).run(diamond, { inputs: { x: 5 } });
  expect(report.totals).toMatchObject({ hits: 1, skipped: 2, misses: 0 });
});
