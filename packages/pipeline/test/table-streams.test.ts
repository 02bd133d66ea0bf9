import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskCache } from "@larder/disk-cache";
import { func, type NodeContext, Pipeline, PipelineError, Runner } from "@larder/pipeline";
import { tableStream } from "@larder/store-parquet";
import { type RecordBatch, type Table, tableFromArrays } from "apache-arrow";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decisionsOf } from "./decisions-of.js";

let directory: string;
let backend: DiskCache;
let runs = 0;
let source: (context: NodeContext) => AsyncIterable<RecordBatch>;
let rows: number | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "larder-streams-"));
  backend = new DiskCache({ directory });
  runs = 0;
  source = () => batches(4);
  rows = 40_000;
});
afterEach(async () => {
  await backend.close();
  await rm(directory, { recursive: true, force: true });
});

function part(number: number): RecordBatch {
  const ids = Int32Array.from({ length: 10_000 }, (_, i) => number * 10_000 + i);
  return tableFromArrays({ id: ids, half: Float64Array.from(ids, (id) => id / 2) }).batches[0]!;
}

async function* batches(count: number, failure?: Error): AsyncGenerator<RecordBatch> {
  for (let i = 0; i < count; i++) yield part(i);
  if (failure !== undefined) throw failure;
}

const { schema } = tableFromArrays({ id: Int32Array.of(), half: Float64Array.of() });

const load = func(
  { name: "load", inputs: ["seed"], output: "flights", cache: true },
  (_: { seed: number }, context) => {
    runs++;
    return tableStream(part(0).schema, source(context), { rows });
  },
);
const count = func(
  { name: "count", inputs: ["flights"], output: "counted", cache: true },
  ({ flights }: { flights: Table }) => flights.numRows,
);
const sum = func(
  { name: "sum", inputs: ["flights"], output: "summed", cache: true },
  ({ flights }: { flights: Table }) => (flights.getChild("half")?.get(39_999) as number) + schema.fields.length,
);
const pipeline = new Pipeline([load, count, sum], { name: "streams" });

function runner(): Runner {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
}

/** What is stored of results. */
async function stored(): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of backend.keys({ prefix: "node:" })) keys.push(key);
  return keys;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(directory, folder), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".running")).map(({ name }) => name);
}

test("a node that returns a stream of batches makes a table: for all who read it, stored, and found again", async () => {
  const first = await runner().run(pipeline, { inputs: { seed: 1 } });
  expect(first.outputs).toEqual({ counted: 40_000, summed: 19_999.5 + 2 });
  expect(runs).toBe(1);
  expect(first.report.nodes[0]).toMatchObject({ node: "load", rows: 40_000 });
  expect(await first.report.table("flights").scan().slice(39_999).toRows()).toEqual([{ id: 39_999, half: 19_999.5 }]);
  const { outputs, report } = await runner().run(pipeline, { inputs: { seed: 1 }, outputs: ["flights"] });
  expect(decisionsOf(report)).toMatchObject({ load: "hit" });
  expect(outputs.flights.numRows).toBe(40_000);
  expect(runs).toBe(1);
});

test("one that is not cached does so too", async () => {
  const uncached = new Runner();
  expect((await uncached.run(pipeline, { inputs: { seed: 1 } })).outputs.counted).toBe(40_000);
});

test.each<[string, () => void]>([
  ["throws", () => (source = () => batches(2, new Error("the line was cut")))],
  ["ends early", () => (rows = 40_001)],
  ["goes on too long", () => (rows = 39_999)],
])("a stream that %s makes its node fail, and nothing of it can be found", async (_, arrange) => {
  arrange();
  const failing = await errorOf(runner().run(pipeline, { inputs: { seed: 1 } }));
  expect(decisionsOf(failing.report)).toEqual({ load: "failed", count: "not-run", sum: "not-run" });
  expect(await stored()).toEqual([]);
  expect(await filesIn("tables")).toEqual([]);
  expect(await filesIn("tmp")).toEqual([]);
  source = () => batches(4);
  rows = 40_000;
  const { report } = await runner().run(pipeline, { inputs: { seed: 1 } });
  expect(decisionsOf(report)).toMatchObject({ load: "miss" });
  expect(runs).toBe(2);
});

test("a run that is aborted while a stream runs breaks it off, and nothing of it can be found", async () => {
  const controller = new AbortController();
  let ended = false;
  source = async function* () {
    try {
      yield part(0);
      controller.abort(new Error("enough"));
      yield part(1);
      throw new Error("it went on");
    } finally {
      ended = true;
    }
  };
  const failing = await errorOf(runner().run(pipeline, { inputs: { seed: 1 }, signal: controller.signal }));
  expect(failing.code).toBe("pipeline-aborted");
  expect(decisionsOf(failing.report)).toEqual({ load: "not-run", count: "not-run", sum: "not-run" });
  await new Promise(setImmediate);
  expect(ended).toBe(true);
  expect(await stored()).toEqual([]);
  expect(await filesIn("tables")).toEqual([]);
});

test("a stream that takes longer than its node may is broken off", async () => {
  const late = func({ name: "late", inputs: [], output: "late", cache: true, timeoutMs: 20 }, () =>
    tableStream(
      part(0).schema,
      (async function* () {
        yield part(0);
        await new Promise(() => {});
      })(),
    ),
  );
  const failing = await errorOf(runner().run(new Pipeline([late], { name: "late" }), { inputs: {} }));
  expect(failing.report.nodes[0]).toMatchObject({ decision: "failed" });
  expect(await stored()).toEqual([]);
});

async function errorOf(run: Promise<unknown>): Promise<PipelineError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PipelineError) return error;
  throw error ?? new Error("The run did not fail.");
}
