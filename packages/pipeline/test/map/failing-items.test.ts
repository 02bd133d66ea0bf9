import { LarderError, MemoryCache } from "@larder/core";
import { type CacheConfig, func, ItemsFailedError, Pipeline, PipelineError, Runner } from "@larder/pipeline";
import { describe, expect, it } from "vitest";
import { decisionsOf } from "../decisions-of.js";
import { callsOf } from "./counted-calls.js";
import { type AbortState, type CheckState, type Item, checks as pipeline, stopping } from "./word-nodes.js";

const state = globalThis as CheckState & { attempts?: Map<string, number> };

const items: readonly Item[] = [..."abcdefghij"].map((id) => ({ id }));

function runnerOn(backend: MemoryCache, config: CacheConfig = {}, concurrency = 4) {
  return new Runner({ concurrency, cacheConfig: { enabled: true, backend, verbose: false, ...config } });
}

async function failureOf(run: Promise<unknown>): Promise<PipelineError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(PipelineError);
  return error as PipelineError;
}

describe("items that fail", () => {
  it("are named, all others are finished, and a rerun computes what failed alone", async () => {
    const backend = new MemoryCache();
    state.failing = new Set(["c", "h"]);
    const [error, called] = await callsOf(() => failureOf(runnerOn(backend).run(pipeline, { inputs: { items } })));
    expect(called.toSorted()).toEqual([..."abcdefghij"]);
    expect(decisionsOf(error.report)).toEqual({ check: "failed", total: "not-run" });
    expect(error.report.nodes[0]!.items).toEqual({ total: 10, hits: 0, misses: 8, failed: 2 });
    const failure = error.failures[0]!.error as ItemsFailedError;
    expect(failure).toBeInstanceOf(ItemsFailedError);
    expect(failure.message).toBe(
      "2 of 10 items of node 'check' failed; first: [2] 'c': 'c' is wrong. Run again: only what failed is computed.",
    );
    expect(failure.code).toBe("items-failed");
    expect(failure.facts).toEqual({
      node: "check",
      total: 10,
      count: 2,
      failures: [
        { index: 2, key: "c", message: "'c' is wrong" },
        { index: 7, key: "h", message: "'h' is wrong" },
      ],
    });
    expect(failure.errors.map(({ index }) => index)).toEqual([2, 7]);
    expect(failure.cause).toEqual(new Error("'c' is wrong"));

    state.failing = new Set();
    const [result, again] = await callsOf(() => runnerOn(backend).run(pipeline, { inputs: { items } }));
    expect(again).toEqual(["c", "h"]);
    expect(result.outputs.total).toBe("ABCDEFGHIJ");
    expect(result.report.nodes[0]!.items).toEqual({ total: 10, hits: 8, misses: 2, failed: 0 });
  });

  it("and stand in the list many times are told once each, at no cost that grows with their number squared", async () => {
    const many = Array.from({ length: 20_001 }, (_, index) => ({ id: `i${index % 20_000}` }));
    state.failing = new Set(many.map(({ id }) => id));
    const error = await failureOf(runnerOn(new MemoryCache()).run(pipeline, { inputs: { items: many } }));
    state.failing = new Set();
    const failure = error.failures[0]!.error as ItemsFailedError;
    expect(failure.errors.map(({ index }) => index)).toEqual(many.map((_, index) => index));
    expect(failure.errors.at(-1)!.key).toBe("i0");
  });

  it("are named by their place where they lack the attribute, and told at every place they stand", async () => {
    state.failing = new Set(["c"]);
    const plain = func(
      { name: "plain", inputs: ["items"], output: "plain", mapAxis: "items", keyAttribute: "id", cache: true },
      ({ items: item }: { items: string }) => {
        if (item === "c") throw "no error at all";
        return item;
      },
    );
    const error = await failureOf(
      runnerOn(new MemoryCache()).run(new Pipeline([plain]), { inputs: { items: ["a", "c", "c"] } }),
    );
    const failure = error.failures[0]!.error as ItemsFailedError;
    expect(failure.message).toMatch(/^2 of 3 items of node 'plain' failed; first: \[1\]: no error at all\./);
  });

  it("are told of 100 at most in the facts", async () => {
    const never = func(
      { name: "never", inputs: ["items"], output: "never", mapAxis: "items" },
      ({ items: item }: { items: number }): number => {
        throw new Error(`no ${item}`);
      },
    );
    const numbers = Array.from({ length: 1500 }, (_, index) => index);
    const error = await failureOf(new Runner().run(new Pipeline([never]), { inputs: { items: numbers } }));
    const { facts, message, errors } = error.failures[0]!.error as ItemsFailedError;
    expect(message).toMatch(/^1,500 of 1,500 items/);
    expect(facts.count).toBe(1500);
    expect(facts.failures).toHaveLength(100);
    expect(errors).toHaveLength(1500);
  });

  it("are tried again, each for itself, as often as retries says", async () => {
    state.attempts = new Map();
    const flaky = func(
      { name: "flaky", inputs: ["items"], output: "flaky", mapAxis: "items", retries: 2, cache: true },
      ({ items: item }: { items: string }, { attempt }) => {
        const { attempts } = globalThis as { attempts?: Map<string, number> };
        attempts!.set(item, attempt);
        if (item === "b" && attempt < 3) throw new Error("not yet");
        return item;
      },
    );
    const { outputs, report } = await runnerOn(new MemoryCache()).run(new Pipeline([flaky]), {
      inputs: { items: ["a", "b", "c"] },
    });
    expect(outputs.flaky).toEqual(["a", "b", "c"]);
    expect(Object.fromEntries(state.attempts)).toEqual({ a: 1, b: 3, c: 1 });
    expect(report.nodes[0]!.attempts).toBe(5);
  });

  it("have their own time", async () => {
    const slow = func(
      { name: "slow", inputs: ["items"], output: "slow", mapAxis: "items", timeoutMs: 50, cache: true },
      ({ items: item }: { items: string }) => (item === "b" ? new Promise<string>(() => undefined) : item),
    );
    const error = await failureOf(
      runnerOn(new MemoryCache()).run(new Pipeline([slow]), { inputs: { items: ["a", "b", "c"] } }),
    );
    const { errors } = error.failures[0]!.error as ItemsFailedError;
    expect(errors).toHaveLength(1);
    expect(LarderError.isInstance(errors[0]!.error, "node-timeout")).toBe(true);
  });

  it("run at most as many at once as the node and the run allow", async () => {
    let running = 0;
    let most = 0;
    const enter = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    const node = (concurrency?: number) =>
      func(
        { name: "n", inputs: ["items"], output: "n", mapAxis: "items", ...(concurrency && { concurrency }) },
        async ({ items: item }: { items: number }) => {
          await enter();
          return item;
        },
      );
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    await new Runner({ concurrency: 5 }).run(new Pipeline([node()]), { inputs: { items: numbers } });
    expect(most).toBe(5);
    most = 0;
    await new Runner({ concurrency: 5 }).run(new Pipeline([node(2)]), { inputs: { items: numbers } });
    expect(most).toBe(2);
  });
});

describe("a run that is aborted", () => {
  it("keeps the items that were finished", async () => {
    const backend = new MemoryCache();
    const aborting = new AbortController();
    const state = globalThis as AbortState;
    state.atD = () => aborting.abort(new Error("enough"));
    const letters = [..."abcdefgh"];
    const error = await failureOf(
      runnerOn(backend, {}, 1).run(stopping, { inputs: { items: letters }, signal: aborting.signal }),
    );
    expect(error.code).toBe("pipeline-aborted");
    delete state.atD;
    const [{ outputs }, called] = await callsOf(() => runnerOn(backend).run(stopping, { inputs: { items: letters } }));
    expect(outputs.stops).toEqual(letters);
    expect(called).toEqual([..."defgh"]);
  });
});

describe("what is no list", () => {
  it("fails the node, and says so", async () => {
    for (const value of ["text", 5, null, { length: 1 }, new Map([[1, 2]])]) {
      const error = await failureOf(
        runnerOn(new MemoryCache()).run(pipeline, { inputs: { items: value as unknown as Item[] } }),
      );
      const failure = error.failures[0]!.error as LarderError;
      expect(failure.code).toBe("not-a-list");
      expect(failure.message).toMatch(/^Node 'check' runs over the items of 'items', which is .*\. Give it an array/);
    }
  });

  it("and options that don't fit are refused where they are declared", () => {
    const declare = (options: object) => () =>
      func({ inputs: ["a"], output: "b", ...options } as { inputs: ["a"]; output: "b" }, () => 1);
    expect(declare({ mapAxis: "c" })).toThrow(
      "Node 'b' can't be declared: 'mapAxis' is 'c', which 'inputs' does not list.",
    );
    expect(declare({ keyAttribute: "id" })).toThrow("Node 'b' can't be declared: 'keyAttribute' needs 'mapAxis'.");
  });
});
