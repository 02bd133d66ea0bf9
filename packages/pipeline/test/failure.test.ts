import { MemoryCache } from "@larder/core";
import { func, type NodeContext, Pipeline, PipelineError, Runner } from "@larder/pipeline";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { decisionsOf } from "./decisions-of.js";

const ran: string[] = [];
let failures = 0;
beforeEach(() => {
  ran.length = 0;
  failures = Number.POSITIVE_INFINITY;
});
afterEach(() => {
  vi.useRealTimers();
});

const load = func(
  { name: "load", inputs: ["source"], output: "rows", cache: true },
  ({ source }: { source: string }) => {
    ran.push("load");
    return source.length;
  },
);
const clean = func(
  { name: "clean", inputs: ["rows"], output: "cleaned", cache: true, retries: 2 },
  ({ rows }: { rows: number }, { attempt }) => {
    ran.push(`clean ${attempt}`);
    if (failures-- > 0) throw new Error("row 7 has no delay");
    return rows;
  },
);
const rank = func(
  { name: "rank", inputs: ["cleaned"], output: "ranking", cache: true },
  ({ cleaned }: { cleaned: number }) => {
    ran.push("rank");
    return cleaned;
  },
);
const count = func(
  { name: "count", inputs: ["rows"], output: "counted", cache: true },
  ({ rows }: { rows: number }) => {
    ran.push("count");
    return rows;
  },
);
const join = func(
  { name: "join", inputs: ["counted", "ranking"], output: "joined", cache: true },
  ({ counted, ranking }: { counted: number; ranking: number }) => counted + ranking,
);
const pipeline = new Pipeline([load, clean, rank, count, join], { name: "flights" });

function newRunner(backend = new MemoryCache()) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false }, concurrency: 2 });
}

async function errorOf(run: Promise<unknown>): Promise<PipelineError> {
  const error = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PipelineError) return error;
  throw error ?? new Error("The run did not fail.");
}

test("a failed node stops what depends on it; the rest is finished and stored", async () => {
  const runner = newRunner();
  const inputs = { source: "abc" };
  const error = await errorOf(runner.run(pipeline, { inputs, outputs: ["joined", "counted"] }));
  expect(error.code).toBe("pipeline-failed");
  expect(error.message).toContain(
    "Node 'clean' of pipeline 'flights' failed (source → load → clean ✗): row 7 has no delay",
  );
  expect(error.message).toContain("Not run: 'rank', 'join'");
  expect(error.cause).toMatchObject({ message: "row 7 has no delay" });
  expect(error.failures).toMatchObject([{ node: "clean", path: ["source", "load", "clean"] }]);
  expect(error.outputs).toEqual({ counted: 3 });
  expect(decisionsOf(error.report)).toEqual({
    load: "miss",
    clean: "failed",
    rank: "not-run",
    count: "miss",
    join: "not-run",
  });
  expect(ran.filter((name) => name.startsWith("clean"))).toEqual(["clean 1", "clean 2", "clean 3"]);

  ran.length = 0;
  failures = 0;
  const { outputs, report } = await runner.run(pipeline, { inputs });
  expect(outputs.joined).toBe(6);
  expect(decisionsOf(report)).toEqual({ load: "hit", clean: "miss", rank: "miss", count: "hit", join: "miss" });
});

test("a node that fails and succeeds within its retries is a success", async () => {
  failures = 2;
  const { report } = await newRunner().run(pipeline, { inputs: { source: "abc" } });
  expect(report.nodes.find(({ node }) => node === "clean")).toMatchObject({ decision: "miss", attempts: 3 });
});

test("several failures are all told", async () => {
  const broken = new Pipeline([failing("one"), failing("two")]);
  const error = await errorOf(newRunner().run(broken, { inputs: { x: 1 } }));
  expect(error.failures.map(({ node }) => node)).toEqual(["one", "two"]);
  expect(error.message).toContain("x → one ✗");
  expect(error.message).toContain("x → two ✗");
});

function failing(name: string) {
  return func({ name, inputs: ["x"], output: name }, () => Promise.reject(new TypeError(`${name} is broken`)));
}

test("a node that takes too long fails; its signal is aborted", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const started = resolvers();
  let signal: AbortSignal | undefined;
  const forever = func({ inputs: ["x"], output: "never", cache: true, timeoutMs: 5000, captures: {} }, waitForever);
  forEachStart = (context) => {
    signal = context.signal;
    started.resolve(undefined);
  };
  const running = errorOf(newRunner().run(new Pipeline([forever]), { inputs: { x: 1 } }));
  await started.promise;
  await vi.advanceTimersByTimeAsync(4999);
  expect(signal!.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  const error = await running;
  expect(signal!.aborted).toBe(true);
  expect(error.failures[0]!.error).toMatchObject({ code: "node-timeout" });
  expect(error.message).toContain("timeoutMs of 5000");
});

let forEachStart: (context: NodeContext) => void = () => undefined;
function waitForever(_args: unknown, context: NodeContext): Promise<never> {
  forEachStart(context);
  return new Promise<never>(() => undefined);
}
function resolvers() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

const waiting = func({ name: "waiting", inputs: ["rows"], output: "waited", cache: true }, waitForever);
const afterWaiting = func({ name: "after", inputs: ["waited"], output: "late", cache: true }, () => ran.push("after"));

test("an aborted run rejects at once, starts nothing more, and stores nothing of what was under way", async () => {
  const backend = new MemoryCache();
  const runner = newRunner(backend);
  const controller = new AbortController();
  let signal: AbortSignal | undefined;
  forEachStart = (context) => {
    signal = context.signal;
    controller.abort(new Error("the user pressed Ctrl-C"));
  };
  const inputs = { source: "abc" };
  const waits = new Pipeline([load, waiting, afterWaiting], { name: "waits" });
  const error = await errorOf(runner.run(waits, { inputs, signal: controller.signal }));
  expect(error.code).toBe("pipeline-aborted");
  expect(error.message).toContain("the user pressed Ctrl-C");
  expect(error.cause).toBe(controller.signal.reason);
  expect(signal!.aborted).toBe(true);
  expect(decisionsOf(error.report)).toEqual({ load: "miss", waiting: "not-run", after: "not-run" });
  expect(await originsIn(backend)).toEqual(["waits/load"]);
  // what was finished is there the next time
  expect(decisionsOf((await runner.run(new Pipeline([load]), { inputs })).report)).toEqual({ load: "hit" });
});

async function originsIn(backend: MemoryCache): Promise<(string | undefined)[]> {
  const origins: (string | undefined)[] = [];
  for await (const key of backend.keys({ prefix: "node:" })) origins.push((await backend.getBlob(key))?.record.origin);
  return origins;
}

test("a run whose signal is aborted before it begins runs nothing", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  const error = await errorOf(newRunner().run(pipeline, { inputs: { source: "abc" }, signal }));
  expect(error.code).toBe("pipeline-aborted");
  expect(ran).toEqual([]);
});

let atOnce = 0;
let mostAtOnce = 0;
async function crowded(): Promise<number> {
  atOnce++;
  mostAtOnce = Math.max(mostAtOnce, atOnce);
  await new Promise((resolve) => setImmediate(resolve));
  atOnce--;
  return mostAtOnce;
}

test("no more nodes run at once than allowed", async () => {
  const nodes = Array.from({ length: 20 }, (_, index) => func({ inputs: [], output: `v${index}` }, crowded));
  for (const concurrency of [1, 3, 8]) {
    mostAtOnce = 0;
    await new Runner({ concurrency }).run(new Pipeline(nodes), { inputs: {} });
    expect(mostAtOnce).toBe(concurrency);
  }
  mostAtOnce = 0;
  await new Runner({ concurrency: 8 }).run(new Pipeline(nodes), { inputs: {}, concurrency: 2 });
  expect(mostAtOnce).toBe(2);
  await expect(new Runner({ concurrency: 0 }).run(new Pipeline(nodes), { inputs: {} })).rejects.toThrow("at least 1");
});

test("a node's own concurrency holds over runs of one process", async () => {
  const alone = func({ inputs: [], output: "alone", concurrency: 1 }, crowded);
  mostAtOnce = 0;
  const runner = new Runner({ concurrency: 4 });
  await Promise.all([1, 2, 3].map(() => runner.run(new Pipeline([alone]))));
  expect(mostAtOnce).toBe(1);
});

const pair = func({ inputs: ["x"], output: "pair", cache: true }, ({ x }: { x: number }) => ({ x }));

test("a backend that fails to write is a warning, and one that fails to read is a miss", async () => {
  const memory = new MemoryCache();
  let broken = true;
  const refuse = () => {
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  const backend = {
    getMeta: async (name: string) => (broken ? refuse() : memory.getMeta(name)),
    setMeta: memory.setMeta.bind(memory),
    getBlob: async (key: string) => (broken ? refuse() : memory.getBlob(key)),
    setBlob: async (key: string, blob: Parameters<MemoryCache["setBlob"]>[1]) =>
      broken ? refuse() : memory.setBlob(key, blob),
    clear: memory.clear.bind(memory),
  };
  const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
  const { outputs, report } = await runner.run(new Pipeline([pair]), { inputs: { x: 1 } });
  expect(outputs.pair).toEqual({ x: 1 });
  expect(decisionsOf(report)).toEqual({ pair: "miss" });
  expect(report.warnings.map(({ message }) => message).join()).toContain("no space left on device");
  broken = false;
  expect(decisionsOf((await runner.run(new Pipeline([pair]), { inputs: { x: 1 } })).report)).toEqual({ pair: "miss" });
  expect(decisionsOf((await runner.run(new Pipeline([pair]), { inputs: { x: 1 } })).report)).toEqual({ pair: "hit" });
});
