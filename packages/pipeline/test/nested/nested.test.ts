import { MemoryCache } from "@larder/core";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { beforeEach, expect, test } from "vitest";
import { decisionsOf } from "../decisions-of.js";

let calls: string[] = [];
const note = (name: string) => void (globalThis as { nestedCalls?: (name: string) => void }).nestedCalls?.(name);
beforeEach(() => {
  calls = [];
  (globalThis as { nestedCalls?: (name: string) => void }).nestedCalls = (name) => void calls.push(name);
});

const load = func(
  { name: "load", inputs: ["source"], output: "rows", cache: true },
  ({ source }: { source: string }) => {
    note("load");
    return source.split(",").map(Number);
  },
);
const clean = func(
  { name: "clean", inputs: ["rows", "cap"], output: "cleaned", cache: true },
  ({ rows, cap }: { rows: readonly number[]; cap: number }) => {
    note("clean");
    return rows.filter((row) => row <= cap);
  },
);
const rank = func(
  { name: "rank", inputs: ["cleaned"], output: "ranking", cache: true },
  ({ cleaned }: { cleaned: readonly number[] }) => {
    note("rank");
    return [...cleaned].sort((a, b) => b - a);
  },
);
const count = func(
  { name: "count", inputs: ["cleaned"], output: "count", cache: true },
  ({ cleaned }: { cleaned: readonly number[] }) => {
    note("count");
    return cleaned.length;
  },
);
const inner = new Pipeline([load, clean, rank, count], { name: "inner" });
const first = func(
  { name: "first", inputs: ["ranking"], output: "first", cache: true },
  ({ ranking }: { ranking: readonly number[] }) => {
    note("first");
    return ranking[0];
  },
);

function newRunner(backend = new MemoryCache()): Runner {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
}

test("a pipeline is a node of another; its nodes are there by their full names", async () => {
  const outer = new Pipeline([inner.asNode({ output: "ranking" }), first], { name: "outer" });
  expect(outer.nodes.map(({ name, output }) => [name, output])).toEqual([
    ["inner/load", "inner/rows"],
    ["inner/clean", "inner/cleaned"],
    ["inner/rank", "ranking"],
    ["first", "first"],
  ]);
  expect(outer.inputs).toEqual(["source", "cap"]);
  expect(outer.finalOutputs).toEqual(["first"]);
  const { outputs, report } = await newRunner().run(outer, { inputs: { source: "3,9,4", cap: 5 } });
  expect(outputs).toEqual({ first: 4 });
  expect(decisionsOf(report)).toEqual({
    "inner/load": "miss",
    "inner/clean": "miss",
    "inner/rank": "miss",
    first: "miss",
  });
});

test("what the inner pipeline stored when it ran alone is found by the outer, and the other way round", async () => {
  const backend = new MemoryCache();
  const renamed = inner.asNode({
    output: "ranking",
    name: "left",
    as: "best",
    inputs: { source: "text", cap: "most" },
  });
  const outer = new Pipeline([renamed], { name: "outer" });
  await newRunner(backend).run(inner, { inputs: { source: "3,9,4", cap: 5 } });
  const ran = await newRunner(backend).run(outer, { inputs: { text: "3,9,4", most: 5 } });
  expect(ran.outputs).toEqual({ best: [4, 3] });
  expect(decisionsOf(ran.report)).toEqual({ "left/load": "skipped", "left/clean": "skipped", "left/rank": "hit" });

  await newRunner(backend).run(outer, { inputs: { text: "7,8", most: 9 } });
  calls = [];
  const back = await newRunner(backend).run(inner, { inputs: { source: "7,8", cap: 9 } });
  expect(calls).toEqual(["count"]);
  expect(back.outputs).toEqual({ ranking: [8, 7], count: 2 });
});

test("inputs that change names with one another are not mistaken for one another", async () => {
  const minus = func(
    { inputs: ["a", "b"], output: "difference", cache: true },
    ({ a, b }: { a: number; b: number }) => a - b,
  );
  const alone = new Pipeline([minus], { name: "minus" });
  const outer = new Pipeline([alone.asNode({ output: "difference", inputs: { a: "b", b: "a" } })], { name: "outer" });
  const backend = new MemoryCache();
  const inputs = { a: 5, b: 3 };
  expect((await newRunner(backend).run(alone, { inputs })).outputs).toEqual({ difference: 2 });
  expect((await newRunner(backend).run(outer, { inputs })).outputs).toEqual({ difference: -2 });
  const both = await newRunner(backend).run(outer, { inputs: { a: 3, b: 5 } });
  expect(both.outputs).toEqual({ difference: 2 });
  expect(both.report.totals.hits).toBe(1);
});

test("one value can be two inputs of the inner pipeline", async () => {
  const minus = func(
    { inputs: ["a", "b"], output: "difference", cache: true },
    ({ a, b }: { a: number; b: number }) => a - b,
  );
  const inside = new Pipeline([minus], { name: "minus" }).asNode({ output: "difference", inputs: { a: "x", b: "x" } });
  const double = func({ inputs: ["y"], output: "x", cache: true }, ({ y }: { y: number }) => y * 2);
  expect((await newRunner().run(new Pipeline([inside]), { inputs: { x: 4 } })).outputs).toEqual({ difference: 0 });
  const made = new Pipeline([double, inside]);
  expect(made.graph().edges).toEqual([
    { from: "y", to: "x", value: "y" },
    { from: "x", to: "minus/difference", value: "x" },
  ]);
  expect((await newRunner().run(made, { inputs: { y: 4 } })).outputs).toEqual({ difference: 0 });
});

test("the same pipeline on the same inputs is there once, with every output that was chosen", async () => {
  const outer = new Pipeline([
    inner.asNode({ output: "ranking" }),
    inner.asNode({ output: "cleaned" }),
    inner.asNode({ output: "count", name: "again" }),
  ]);
  expect(outer.nodes.map(({ name, output }) => [name, output])).toEqual([
    ["inner/load", "inner/rows"],
    ["inner/clean", "cleaned"],
    ["inner/rank", "ranking"],
    ["again/count", "count"],
  ]);
  expect([...outer.finalOutputs].sort()).toEqual(["cleaned", "count", "ranking"]);
  const { outputs } = await newRunner().run(outer, { inputs: { source: "3,9,4", cap: 5 } });
  expect(outputs).toEqual({ ranking: [4, 3], cleaned: [3, 4], count: 2 });
  expect([...calls].sort()).toEqual(["clean", "count", "load", "rank"]);
});

test("on other inputs it is there again, and what it would do to the same is shared", async () => {
  const narrow = inner.asNode({ output: "count", name: "narrow", as: "few", inputs: { cap: "low" } });
  const wide = inner.asNode({ output: "count", name: "wide", as: "many", inputs: { cap: "high" } });
  const outer = new Pipeline([narrow, wide]);
  expect(outer.nodes.map(({ name }) => name)).toEqual([
    "narrow/load",
    "narrow/clean",
    "narrow/count",
    "wide/clean",
    "wide/count",
  ]);
  const { outputs } = await newRunner().run(outer, { inputs: { source: "3,9,4", low: 3, high: 9 } });
  expect(outputs).toEqual({ few: 1, many: 3 });
  expect(calls.filter((name) => name === "load")).toHaveLength(1);
});

test("one output under two names is two nodes, which need two names", async () => {
  const [one, two] = [inner.asNode({ output: "count", as: "one" }), inner.asNode({ output: "count", as: "two" })];
  expect(() => new Pipeline([one, two])).toThrow("Two nodes are named 'inner/count'");
  const other = inner.asNode({ output: "count", as: "two", name: "other" });
  const { outputs } = await newRunner().run(new Pipeline([one, other]), { inputs: { source: "1,2", cap: 1 } });
  expect(outputs).toEqual({ one: 1, two: 1 });
});

test("pipelines nest within pipelines that nest, under the same keys", async () => {
  const backend = new MemoryCache();
  const middle = new Pipeline([inner.asNode({ output: "ranking", inputs: { cap: "most" } }), first], {
    name: "middle",
  });
  const outer = new Pipeline([middle.asNode({ output: "first", inputs: { most: "cap", source: "text" } })], {
    name: "outer",
  });
  expect(outer.nodes.map(({ name, output }) => [name, output])).toEqual([
    ["middle/inner/load", "middle/inner/rows"],
    ["middle/inner/clean", "middle/inner/cleaned"],
    ["middle/inner/rank", "middle/ranking"],
    ["middle/first", "first"],
  ]);
  expect(outer.graph().nodes.map(({ within }) => within)).toEqual([
    ["middle", "inner"],
    ["middle", "inner"],
    ["middle", "inner"],
    ["middle"],
  ]);
  const ran = await newRunner(backend).run(outer, { inputs: { text: "3,9,4", cap: 5 } });
  expect(ran.outputs).toEqual({ first: 4 });
  calls = [];
  await newRunner(backend).run(middle, { inputs: { source: "3,9,4", most: 5 } });
  await newRunner(backend).run(inner, { inputs: { source: "3,9,4", cap: 5 }, outputs: ["ranking"] });
  expect(calls).toEqual([]);
});

test("signatures are kept by the full name", async () => {
  const backend = new MemoryCache();
  await newRunner(backend).run(new Pipeline([inner.asNode({ output: "count" })], { name: "outer" }), {
    inputs: { source: "1", cap: 2 },
  });
  expect((await backend.getMeta("outer/inner/clean"))?.nodeName).toBe("outer/inner/clean");
});

test("plan and why name the nodes in full, and inputs as the outer pipeline does", async () => {
  const renamed = inner.asNode({ output: "count", inputs: { cap: "most" } });
  const outer = new Pipeline([renamed], { name: "outer" });
  const runner = newRunner();
  await runner.run(outer, { inputs: { source: "3,9,4", most: 5 } });
  const plan = await runner.plan(outer, { inputs: { source: "3,9,4", most: 9 } });
  expect(plan.nodes.map(({ node, decision }) => [node, decision])).toEqual([
    ["inner/load", "hit"],
    ["inner/clean", "miss"],
    ["inner/count", "depends"],
  ]);
  const why = await runner.why(outer, "inner/clean", { inputs: { most: 9 } });
  expect(why).toMatchObject({ decision: "miss", reason: "input changed", because: [{ part: "input", name: "most" }] });
  const fresh = newRunner();
  const partly = await fresh.why(outer, "inner/count", { inputs: { most: 9 } });
  expect(partly.unknownInputs).toEqual(["source"]);
});

test("why compares what is given when the rest is not, by the outer names", async () => {
  const backend = new MemoryCache();
  const outer = new Pipeline([inner.asNode({ output: "count", inputs: { cap: "source", source: "cap" } as never })], {
    name: "outer",
  });
  await newRunner(backend).run(outer, { inputs: { cap: "3,9,4", source: 5 } as never });
  const partly = await newRunner(backend).why(outer, "inner/clean", { inputs: { source: 6 } as never });
  expect(partly).toMatchObject({
    decision: "miss",
    because: [{ part: "input", name: "source" }],
    unknownInputs: ["cap"],
  });
});

test("a failure shows the path through the inner pipeline", async () => {
  const fail = func(
    { name: "fail", inputs: ["cleaned"], output: "failure" },
    ({ cleaned }: { cleaned: readonly number[] }): number => {
      throw new Error(`${cleaned.length} rows are too few`);
    },
  );
  const failing = new Pipeline([load, clean, fail], { name: "failing" });
  const outer = new Pipeline([failing.asNode({ output: "failure", inputs: { cap: "most" } })], { name: "outer" });
  const rejected = newRunner().run(outer, { inputs: { source: "1", most: 2 } });
  await expect(rejected).rejects.toMatchObject({
    failures: [{ node: "failing/fail", path: ["most", "failing/clean", "failing/fail"] }],
  });
});

test("an input that the chosen output does not need is demanded all the same, as by the inner pipeline", async () => {
  const outer = new Pipeline([new Pipeline([load, clean, rank], { name: "inner" }).asNode({ output: "rows" })]);
  expect(outer.inputs).toEqual(["source", "cap"]);
  expect(outer.nodes.map(({ name }) => name)).toEqual(["inner/load"]);
  await expect(newRunner().run(outer, { inputs: { source: "1" } as never })).rejects.toMatchObject({
    code: "missing-input",
  });
  expect((await newRunner().run(outer, { inputs: { source: "1", cap: 0 } })).outputs).toEqual({ rows: [1] });
});
