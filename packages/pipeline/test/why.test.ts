import { MemoryCache } from "@larder/core";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { expect, test } from "vitest";

interface Options {
  readonly limits: { readonly low: number; readonly high: number };
  readonly names: readonly string[];
}

const clean = func(
  { name: "clean", inputs: ["rows", "options"], output: "cleaned", cache: true },
  ({ rows, options }: { rows: readonly number[]; options: Options }) =>
    rows.filter((row) => row >= options.limits.low && row <= options.limits.high),
);
const count = func(
  { name: "count", inputs: ["cleaned"], output: "counted", cache: true },
  ({ cleaned }: { cleaned: readonly number[] }) => cleaned.length,
);
const pipeline = new Pipeline([clean, count], { name: "rows" });
const rows = [1, 2, 3, 4];
const options: Options = { limits: { low: 2, high: 3 }, names: ["a", "b"] };

function newRunner(backend = new MemoryCache(), config: { environment?: string[] } = {}) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false, ...config } });
}

test("why names the path inside the input that differs", async () => {
  const runner = newRunner();
  await runner.run(pipeline, { inputs: { rows, options } });
  const changed = { ...options, limits: { low: 2, high: 4 } };
  expect(await runner.why(pipeline, "clean", { inputs: { options: changed } })).toEqual({
    node: "clean",
    decision: "miss",
    reason: "input changed",
    because: [{ part: "input", name: "options", path: "options.limits.high" }],
    unknownInputs: [],
  });
  const added = { ...options, names: ["a", "b", "c"] };
  expect((await runner.why(pipeline, "clean", { inputs: { options: added } })).because).toEqual([
    { part: "input", name: "options", path: "options.names[2]" },
  ]);
  expect((await runner.why(pipeline, "clean", { inputs: { rows: [1, 2, 3, 5] } })).because).toEqual([
    { part: "input", name: "rows", path: "rows[3]" },
  ]);
});

test("why names the parent that a node depends on", async () => {
  const runner = newRunner();
  await runner.run(pipeline, { inputs: { rows, options } });
  expect(await runner.why(pipeline, "counted", { inputs: { rows: [7] } })).toMatchObject({
    node: "count",
    decision: "depends",
    because: [{ part: "parent", node: "clean" }],
  });
});

test("after a run, why tells what that run found, also when it failed to be a hit", async () => {
  const backend = new MemoryCache();
  const runner = newRunner(backend);
  await runner.run(pipeline, { inputs: { rows, options } });
  expect(await runner.why(pipeline, "clean")).toMatchObject({ decision: "miss", reason: "first run", because: [] });
  await runner.run(pipeline, { inputs: { rows: [2, 3], options } });
  expect(await runner.why(pipeline, "clean")).toMatchObject({ decision: "miss", reason: "input changed" });
  expect((await runner.why(pipeline, "count")).decision).toBe("hit");
  await runner.run(pipeline, { inputs: { rows: [2, 3], options } });
  expect(await runner.why(pipeline, "clean")).toMatchObject({ decision: "skipped", because: [] });
});

test("another runner on the same cache knows the last run, and says which inputs it was not given", async () => {
  const backend = new MemoryCache();
  await newRunner(backend).run(pipeline, { inputs: { rows, options } });
  const fresh = newRunner(backend);
  expect(await fresh.why(pipeline, "clean")).toEqual({
    node: "clean",
    decision: "depends",
    reason: "not given: rows, options",
    because: [],
    unknownInputs: ["rows", "options"],
  });
  const partly = await fresh.why(pipeline, "clean", { inputs: { options: { ...options, names: [] } } });
  expect(partly).toMatchObject({ decision: "miss", unknownInputs: ["rows"] });
  expect(partly.because).toContainEqual({ part: "input", name: "options", path: "options.names[0]" });
  expect(await fresh.why(pipeline, "clean", { inputs: { rows, options } })).toMatchObject({
    decision: "hit",
    because: [],
  });
});

test("why names the environment variable and the option that differ", async () => {
  const backend = new MemoryCache();
  try {
    process.env.LARDER_TEST_ZONE = "UTC";
    await newRunner(backend, { environment: ["LARDER_TEST_ZONE"] }).run(pipeline, { inputs: { rows, options } });
    process.env.LARDER_TEST_ZONE = "CET";
    const why = await newRunner(backend, { environment: ["LARDER_TEST_ZONE"] }).why(pipeline, "clean", {
      inputs: { rows, options },
    });
    expect(why.because).toEqual([{ part: "environment", variable: "LARDER_TEST_ZONE" }]);
    expect(JSON.stringify(why)).not.toContain("CET");
  } finally {
    delete process.env.LARDER_TEST_ZONE;
  }
  for (const version of ["1", "2"]) {
    const node = func({ inputs: ["x"], output: "y", cache: true, version, captures: {} }, identity);
    const runner = newRunner(backend);
    await runner.run(new Pipeline([node], { name: "versions" }), { inputs: { x: 1 } });
    if (version === "2") {
      expect(await runner.why(new Pipeline([node], { name: "versions" }), "y", { inputs: { x: 1 } })).toMatchObject({
        decision: "hit",
      });
    }
  }
  const runner = newRunner(backend);
  const third = new Pipeline([func({ inputs: ["x"], output: "y", cache: true, version: "3" }, identity)], {
    name: "versions",
  });
  expect((await runner.why(third, "y", { inputs: { x: 1 } })).because).toEqual([{ part: "option", option: "version" }]);
});

function identity({ x }: { x: number }): number {
  return x;
}

test("a plan says why in the same words as the run", async () => {
  const runner = newRunner();
  await runner.run(pipeline, { inputs: { rows, options } });
  const inputs = { rows: [1, 2, 3, 3], options };
  const plan = await runner.plan(pipeline, { inputs });
  const { report } = await runner.run(pipeline, { inputs });
  expect(plan.nodes.map(({ node, decision, reason }) => [node, decision, reason])).toEqual([
    ["clean", "miss", "input changed"],
    ["count", "depends", "parent changed"],
  ]);
  expect(report.nodes.map(({ node, decision, reason }) => [node, decision, reason])).toEqual([
    ["clean", "miss", "input changed"],
    ["count", "miss", "parent changed"],
  ]);
});

test("with caching off, a plan says that everything runs", async () => {
  const runner = new Runner();
  expect((await runner.plan(pipeline, { inputs: { rows, options } })).nodes.map(({ decision }) => decision)).toEqual([
    "no-cache",
    "no-cache",
  ]);
  expect(await runner.why(pipeline, "clean", { inputs: { rows, options } })).toMatchObject({ decision: "no-cache" });
});
