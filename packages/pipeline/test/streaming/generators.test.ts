import { MemoryCache } from "@larder/core";
import { func, Pipeline, PipelineError, Runner } from "@larder/pipeline";
import { parquetCodec } from "@larder/store-parquet";
import { type RecordBatch, Table, tableFromArrays, tableFromIPC, tableToIPC, vectorFromArray } from "apache-arrow";
import { expect, expectTypeOf, test } from "vitest";
import { rowsOfDays } from "./rows-of-days.js";

const cacheConfig = () => ({
  enabled: true,
  verbose: false,
  backend: new MemoryCache({ codecs: [parquetCodec()] }),
});
const rowsOf = (table: Table) => table.toArray().map((row) => row.toJSON());

async function failureOf(run: Promise<unknown>): Promise<unknown> {
  const error = await run.then(
    () => undefined,
    (error) => error,
  );
  expect(error).toBeInstanceOf(PipelineError);
  return (error as PipelineError).failures[0]!.error;
}

test("the batches that a node yields are one table, for other nodes and in the cache", async () => {
  const runner = new Runner({ cacheConfig: cacheConfig() });
  const request = { inputs: { days: 3 }, outputs: ["rows", "count"] } as const;
  const first = await runner.run(rowsOfDays, request);
  expect(first.report.warnings).toEqual([]);
  expect(first.outputs.count).toBe(6);
  expect(first.outputs.rows).toBeInstanceOf(Table);
  expect(rowsOf(first.outputs.rows)).toEqual([0, 0, 1, 1, 2, 2].map((day) => ({ day })));
  const second = await runner.run(rowsOfDays, request);
  expect(second.report.nodes[0]!.decision).toBe("hit");
  expect(rowsOf(second.outputs.rows)).toEqual(rowsOf(first.outputs.rows));
});

test("tables and batches may be mixed, dictionaries and text included", async () => {
  const part = (...words: string[]) =>
    new Table({ word: vectorFromArray(words), length: vectorFromArray(words.map((word) => word.length)) });
  const load = func({ inputs: [], output: "words" }, async function* () {
    yield part("a", "bb");
    yield* part("ccc", "a").batches;
    yield part("dddd");
  });
  const { outputs } = await new Runner().run(new Pipeline([load]));
  const words = ["a", "bb", "ccc", "a", "dddd"];
  expect(rowsOf(outputs.words)).toEqual(words.map((word) => ({ word, length: word.length })));
  // It is a sound table: others can read it.
  expect(rowsOf(tableFromIPC(tableToIPC(outputs.words)))).toEqual(rowsOf(outputs.words));
});

test("a table without rows is a table", async () => {
  const load = func({ inputs: [], output: "none" }, async function* () {
    yield tableFromArrays({ a: new Int32Array(0) });
  });
  const { outputs } = await new Runner().run(new Pipeline([load]));
  expect(outputs.none.schema.fields.map(({ name }) => name)).toEqual(["a"]);
  expect(outputs.none.numRows).toBe(0);
});

test("anything else that is yielded is a list, in order; nothing at all an empty one", async () => {
  const numbers = func({ inputs: ["n"], output: "numbers", cache: true }, async function* ({ n }: { n: number }) {
    for (let i = 0; i < n; i++) yield i;
    return "dropped";
  });
  const pipeline = new Pipeline([numbers]);
  const runner = new Runner({ cacheConfig: cacheConfig() });
  for (const n of [3, 0, 3]) {
    const { outputs } = await runner.run(pipeline, { inputs: { n } });
    expect(outputs.numbers).toEqual(Array.from({ length: n }, (_, i) => i));
    expectTypeOf(outputs.numbers).toEqualTypeOf<readonly number[]>();
  }
});

test("the type of what a generator makes is that of the whole", async () => {
  const batches = func({ inputs: [], output: "table" }, async function* () {
    yield* [] as RecordBatch[];
  });
  const { outputs } = await new Runner().run(new Pipeline([batches]));
  expectTypeOf(outputs.table).toEqualTypeOf<Table>();
});

test.each([
  [
    "other columns",
    tableFromArrays({ b: Int32Array.of(1) }),
    /Part 1 .*other columns \(b: Int32.*\) than the first \(a: Int32/,
  ],
  ["another type", tableFromArrays({ a: Float64Array.of(1) }), /Part 1 .*other columns \(a: Float64/],
  ["no table", "text", /Part 0 .* is a table, part 1 is none/],
])("a part with %s fails the node, before the next is made", async (_, part, message) => {
  let made = 0;
  let ended = false;
  const load = func({ inputs: [], output: "rows" }, async function* (): AsyncGenerator<unknown> {
    try {
      yield tableFromArrays({ a: Int32Array.of(1) });
      yield part;
      made++;
    } finally {
      ended = true;
    }
  });
  const error = await failureOf(new Runner().run(new Pipeline([load])));
  expect(error).toMatchObject({ code: "mixed-parts", message: expect.stringMatching(message) });
  expect([made, ended]).toEqual([0, true]);
});

test("what the generator throws fails the node, and nothing is stored; a retry begins anew", async () => {
  let calls = 0;
  const load = func(
    { inputs: [], output: "rows", cache: true, retries: 1, captures: { calls: 0 } },
    async function* () {
      yield ++calls;
      if (calls === 1) throw new Error("the connection was lost");
      yield calls;
    },
  );
  const { outputs } = await new Runner({ cacheConfig: cacheConfig() }).run(new Pipeline([load]));
  expect(outputs.rows).toEqual([2, 2]);
});

test("when the run is aborted or time is up, the generator is told to return", async () => {
  for (const kind of ["abort", "timeout"] as const) {
    const controller = new AbortController();
    let ended: (() => void) | undefined;
    const end = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const endless = func(
      { inputs: [], output: "rows", ...(kind === "timeout" && { timeoutMs: 20 }) },
      async function* () {
        try {
          for (let i = 0; ; i++) {
            yield i;
            if (i === 100 && kind === "abort") controller.abort(new Error("enough"));
            await new Promise((resolve) => setImmediate(resolve));
          }
        } finally {
          ended!();
        }
      },
    );
    const run = new Runner().run(new Pipeline([endless]), { signal: controller.signal });
    await expect(run).rejects.toMatchObject({ code: kind === "abort" ? "pipeline-aborted" : "pipeline-failed" });
    await end;
  }
});

test("an object that can be iterated is a value like any, unless it is a generator", async () => {
  class Cursor {
    async *[Symbol.asyncIterator]() {
      yield 1;
    }
  }
  const open = func({ inputs: [], output: "cursor" }, () => new Cursor());
  const { outputs } = await new Runner().run(new Pipeline([open]));
  expect(outputs.cursor).toBeInstanceOf(Cursor);
});
