import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { MemoryCache, valueDigest } from "@larder/core";
import { file, Pipeline, PipelineError, Runner, type RunnerOptions } from "@larder/pipeline";
import { parquetCodec } from "@larder/store-parquet";
import { afterAll, describe, expect, test, vi } from "vitest";
import * as nodes from "./fixtures/nodes.js";

// Where everything is started on the sources, and much else runs, a thread takes long to begin.
vi.setConfig({ testTimeout: 180_000 });

/** One runner for all: starting a thread on the sources takes a while. */
const options: RunnerOptions = { mode: "workers", workers: 2, cacheConfig: { enabled: true, verbose: false } };
const runner = new Runner(options);
afterAll(() => runner.close());

const directory = mkdtempSync(join(tmpdir(), "larder-workers-"));
writeFileSync(join(directory, "text.txt"), "read there");
const list = Array.from({ length: 300 }, (_, id) => ({ id }));
const inputs = { n: 3, file: file(join(directory, "text.txt")), list, add: { by: 1 } };
const pipeline = new Pipeline([nodes.square, nodes.table, nodes.sums, nodes.items], { name: "all kinds" });

async function harmed(how: string): Promise<unknown> {
  const { outputs } = await runner.run(new Pipeline([nodes.harm]), { inputs: { how } });
  return outputs.harmed;
}

async function failureOf(run: Promise<unknown>): Promise<unknown> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PipelineError)) throw error ?? new Error("Nothing has failed.");
  return error.failures[0]!.error;
}

describe("nodes run in worker threads", () => {
  test("a node that says where it is declared runs in another thread, with its inputs and its context", async () => {
    const n = {
      a: [1n, undefined, -0, Number.NaN],
      b: new Map([[new Date(5), new Set(["x"])]]),
      c: new Uint8Array([1, 2]),
    };
    const { outputs, report } = await runner.run(new Pipeline([nodes.where]), { inputs: { n } });
    const where = outputs.where;
    expect(report.warnings).toEqual([]);
    expect(where.threadId).not.toBe(threadId);
    expect(where).toMatchObject({ n, nodeName: "where", attempt: 1 });
    expect(Object.is((where.n as typeof n).a[2], -0)).toBe(true);
  });

  test("results and signatures are those of local: what one has stored, the other finds", async () => {
    const backends = {
      local: new MemoryCache({ codecs: [parquetCodec()] }),
      workers: new MemoryCache({ codecs: [parquetCodec()] }),
    };
    const cacheConfig = (backend: MemoryCache) => ({ enabled: true, verbose: false, backend });
    const local = new Runner({ cacheConfig: cacheConfig(backends.local) });
    await using workers = new Runner({ ...options, workers: 1, cacheConfig: cacheConfig(backends.workers) });
    const all = { inputs, outputs: ["square", "table", "sums", "items"] as const };
    const here = await local.run(pipeline, all);
    const there = await workers.run(pipeline, all);
    expect(there.report.warnings).toEqual([]);
    expect(valueDigest(there.outputs)).toBe(valueDigest(here.outputs));
    for (const node of pipeline.nodes) {
      const name = `all kinds/${node.name}`;
      const [one, other] = await Promise.all([backends.local.getMeta(name), backends.workers.getMeta(name)]);
      expect(one).toBeDefined();
      expect({ ...other, timestamp: 0 }).toEqual({ ...one, timestamp: 0 });
    }
    // Crosswise: everything is found.
    const again = new Runner({ ...options, cacheConfig: cacheConfig(backends.local) });
    const { report } = await again.run(pipeline, all);
    expect(report.nodes.map(({ decision }) => decision)).toEqual(["hit", "hit", "hit", "hit"]);
  });

  test("what a function throws comes back with its code, facts and cause", async () => {
    const error = (await failureOf(harmed("throw"))) as Error & Record<string, unknown>;
    expect(error).toMatchObject({ code: "no-number", facts: { line: 7 }, message: "It is no number." });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(error.stack).toContain("nodes.ts");
    expect(await failureOf(harmed("throw text"))).toBe("only text");
  });

  test("a node is tried again as often as it says", async () => {
    const { outputs, report } = await runner.run(new Pipeline([nodes.harmTwice]), { inputs: { how: "throw once" } });
    expect(outputs.harmedTwice).toBe("throw once 2");
    expect(report.nodes[0]!.attempts).toBe(2);
  });

  test("a nested pipeline's nodes run in workers, too", async () => {
    const inner = new Pipeline([nodes.where], { name: "inner" });
    const outer = new Pipeline([inner.asNode({ output: "where", inputs: { n: "m" } })]);
    const { outputs, report } = await runner.run(outer, { inputs: { m: 5 } });
    expect(report.warnings).toEqual([]);
    expect(outputs.where).toMatchObject({ n: 5, nodeName: "inner/where" });
    expect((outputs.where as { threadId: number }).threadId).not.toBe(threadId);
  });
});

describe("a worker that dies is an error of its node alone", () => {
  test.each(["exit", "uncaught"])("when its function does: %s", async (how) => {
    const many = new Pipeline([nodes.harm, nodes.items]);
    const error = await runner.run(many, { inputs: { how, list, add: { by: how.length } } }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(PipelineError);
    expect(error.failures).toMatchObject([{ node: "harmed", error: { code: "worker-crashed" } }]);
    expect(error.outputs.items).toHaveLength(300);
  });

  test("the retries of the node count, in a new worker", async () => {
    const { outputs } = await runner.run(new Pipeline([nodes.harmTwice]), { inputs: { how: "exit once" } });
    expect(outputs.harmedTwice).toBe("exit once 2");
  });

  test("a function that does not end when its time is up is ended, and the next run goes on", async () => {
    const limited = new Pipeline([nodes.harmInTime]);
    expect(await failureOf(runner.run(limited, { inputs: { how: "loop" } }))).toMatchObject({ code: "node-timeout" });
    const { outputs } = await runner.run(limited, { inputs: { how: "well" } });
    expect(outputs.harmedInTime).toBe("well 1");
  });

  test("aborting a run aborts the signal there, and does not wait for a function that goes on", async () => {
    for (const how of ["wait", "loop"]) {
      const aborting = new AbortController();
      const running = runner.run(new Pipeline([nodes.harm]), { inputs: { how }, signal: aborting.signal });
      setImmediate(() => aborting.abort(new Error("enough")));
      await expect(running).rejects.toMatchObject({ code: "pipeline-aborted" });
    }
    expect(await harmed("well")).toBe("well 1");
  });
});

describe("what can't run in a worker runs in the main thread, with a warning", () => {
  async function runLocally(node: (typeof nodes)["withoutModule"], n: unknown = 4) {
    const { outputs, report } = await runner.run(new Pipeline([node]), { inputs: { n: n as number } });
    return { output: outputs[node.output] as never, warnings: report.warnings };
  }

  test("a node without a module", async () => {
    const { output, warnings } = await runLocally(nodes.withoutModule);
    expect(output).toEqual({ n: 4, threadId });
    expect(warnings).toMatchObject([{ code: "worker-no-module", node: "withoutModule" }]);
  });

  test("a node that is declared while the program runs, or captures another value there", async () => {
    const later = nodes.declareLater(5) as never;
    expect(await runLocally(later)).toMatchObject({ output: 20, warnings: [{ code: "worker-code-differs" }] });
    const captured = nodes.declareWithCapture(3) as never;
    expect(await runLocally(captured)).toMatchObject({
      output: { value: 12, threadId },
      warnings: [{ code: "worker-code-differs" }],
    });
    const same = await runLocally(nodes.captured as never);
    expect(same).toMatchObject({ output: { value: 8 }, warnings: [] });
    expect((same.output as { threadId: number }).threadId).not.toBe(threadId);
  });

  test("an input and a result that can't be sent, named by their paths", async () => {
    class Own {}
    const own = new Own();
    const { output, warnings } = await runLocally(nodes.where as never, { list: [1, own] });
    expect(output).toMatchObject({ threadId, n: { list: [1, own] } });
    expect(warnings).toMatchObject([{ code: "worker-value", message: expect.stringContaining("n.list[1]") }]);
    const returned = await runLocally(nodes.unsendable as never);
    expect((returned.output as { inner: (() => number)[] }).inner[0]!()).toBe(4);
    expect(returned.warnings).toMatchObject([
      { code: "worker-value", message: expect.stringContaining("unsendable.inner[0]") },
    ]);
  });

  test("a node whose module runs a pipeline when it is imported", async () => {
    const { double, answer } = await import("./fixtures/runs-pipeline.js");
    expect(answer.outputs.double).toBe(42);
    expect(answer.report.warnings).toMatchObject([{ code: "worker-runs-pipeline", node: "double" }]);
    const { report } = await runner.run(new Pipeline([double]), { inputs: { n: 1 } });
    expect(report.warnings).toMatchObject([{ code: "worker-runs-pipeline" }]);
  });
});

test("options that make no sense are refused", () => {
  expect(() => new Runner({ mode: "cluster" as never })).toThrow("local or workers");
  expect(() => new Runner({ mode: "workers", workers: 0 })).toThrow("at least 1");
});
