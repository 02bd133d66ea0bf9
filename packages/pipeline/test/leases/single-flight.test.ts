import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CacheBackend, type Leases, MemoryCache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const turn = () => new Promise((resolve) => setImmediate(resolve));
const waitFor = async (condition: () => boolean) => {
  while (!condition()) await turn();
};
const runnerOn = (backend: CacheBackend, more: { readonly singleFlight?: boolean } = {}) =>
  new Runner({ cacheConfig: { enabled: true, verbose: false, backend, ...more }, concurrency: 2 });

/** Captured, and no part of what a node makes. */
const captures = Object.fromEntries(
  ["calls", "gate", "fail", "hang", "open", "turn", "shared", "innerPipeline"].map((name) => [name, ""]),
);

/** A function that counts its calls and ends when it is told to. */
function gated() {
  const calls: number[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { calls, open, gate };
}

let directory: string;
let disk: DiskCache;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "larder-flight-"));
  disk = new DiskCache({ directory });
});
afterAll(async () => {
  await disk.close();
  await rm(directory, { recursive: true, force: true });
});

const backends = [
  ["MemoryCache", () => new MemoryCache()],
  ["DiskCache", () => disk],
] as const;

describe.each(backends)("on %s", (name, backend) => {
  test("two runs at once compute a node once, by one runner or two", async () => {
    const shared = backend();
    const { calls, open, gate } = gated();
    const slow = func(
      { name: "slow", inputs: ["x"], output: "y", cache: true, version: `${name} once`, captures },
      async ({ x }: { x: number }) => {
        calls.push(x);
        await gate;
        return { x };
      },
    );
    const pipeline = new Pipeline([slow], { name: "once" });
    const one = runnerOn(shared);
    const runs = [one, one, runnerOn(shared)].map((runner) => runner.run(pipeline, { inputs: { x: 1 } }));
    await waitFor(() => calls.length > 0);
    for (let i = 0; i < 50; i++) await turn();
    open();
    const results = await Promise.all(runs);
    expect(calls).toEqual([1]);
    expect(results.map(({ outputs }) => outputs.y)).toEqual([{ x: 1 }, { x: 1 }, { x: 1 }]);
    const said = results.map(({ report }) => `${report.nodes[0]!.decision} (${report.nodes[0]!.reason})`);
    expect([...said].sort()).toEqual(["hit (computed elsewhere)", "hit (computed elsewhere)", "miss (first run)"]);
  });

  test("nodes of one run that have the same key are computed once", async () => {
    let calls = 0;
    const twin = (output: string) =>
      func({ inputs: ["x"], output, cache: true, version: `${name} twins`, captures }, async ({ x }: { x: number }) => {
        calls++;
        await turn();
        return x * 2;
      });
    const both = await runnerOn(backend()).run(new Pipeline([twin("a"), twin("b")]), { inputs: { x: 4 } });
    expect(both.outputs).toEqual({ a: 8, b: 8 });
    expect(calls).toBe(1);
  });

  test("who waits takes up no place among the running, and goes on when the holder fails", async () => {
    const shared = backend();
    const { calls, open, gate } = gated();
    let fail = true;
    const slow = func(
      { name: "slow", inputs: [], output: "slow", cache: true, version: `${name} fails`, captures },
      async () => {
        calls.push(1);
        await gate;
        if (!fail) return "made";
        fail = false;
        throw new Error("once");
      },
    );
    const other = func(
      { name: "other", inputs: [], output: "other", cache: true, version: `${name} other`, captures },
      () => "other",
    );
    const lasting = gated();
    const last = func({ inputs: [], output: "last" }, () => lasting.gate);
    const first = runnerOn(shared).run(new Pipeline([slow, last]));
    await waitFor(() => calls.length > 0);
    const seen: string[] = [];
    const second = new Runner({
      cacheConfig: { enabled: true, verbose: false, backend: shared },
      concurrency: 1,
      onEvent: (event) => {
        if (event.schema === "larder.pipeline.node-finished.v1") seen.push(event.output);
      },
    }).run(new Pipeline([slow, other]));
    await waitFor(() => seen.includes("other"));
    expect(calls).toEqual([1]);
    open();
    // The first run is still under way when the second gets the lease.
    expect((await second).outputs).toEqual({ slow: "made", other: "other" });
    lasting.open();
    await expect(first).rejects.toThrow("once");
    expect(calls).toEqual([1, 1]);
  });

  test("who aborts gives the lease back at once, and who waits can be aborted", async () => {
    const shared = backend();
    const { calls, gate } = gated();
    let hang = true;
    const slow = func(
      { name: "slow", inputs: [], output: "slow", cache: true, version: `${name} aborts`, captures },
      async () => {
        calls.push(1);
        if (hang) await gate;
        return "made";
      },
    );
    const pipeline = new Pipeline([slow]);
    const holder = new AbortController();
    const first = runnerOn(shared).run(pipeline, { signal: holder.signal });
    await waitFor(() => calls.length > 0);
    const waiter = new AbortController();
    const second = runnerOn(shared).run(pipeline, { signal: waiter.signal });
    const third = runnerOn(shared).run(pipeline);
    for (let i = 0; i < 20; i++) await turn();
    waiter.abort(new Error("no patience"));
    await expect(second).rejects.toMatchObject({ code: "pipeline-aborted" });
    hang = false;
    holder.abort(new Error("enough"));
    await expect(first).rejects.toMatchObject({ code: "pipeline-aborted" });
    expect((await third).outputs).toEqual({ slow: "made" });
    expect(calls).toEqual([1, 1]);
  });

  test("a run within a node waits for nobody who waits for it", async () => {
    const shared = backend();
    let calls = 0;
    const inner = func(
      { name: "inner", inputs: ["x"], output: "inner", cache: true, version: `${name} inner`, captures },
      async ({ x }: { x: number }) => {
        calls++;
        await turn();
        return x + 1;
      },
    );
    const innerPipeline = new Pipeline([inner]);
    const outer = (output: string) =>
      func(
        { inputs: ["x"], output, cache: true, version: `${name} ${output}`, captures },
        async ({ x }: { x: number }) => {
          const { outputs } = await new Runner({
            cacheConfig: { enabled: true, verbose: false, backend: shared },
            concurrency: 1,
          }).run(innerPipeline, { inputs: { x } });
          return outputs.inner;
        },
      );
    // 'inner' is also a node of the outer pipelines, which have one place each.
    const pipelines = [new Pipeline([outer("a"), inner, outer("b")]), new Pipeline([outer("b"), outer("a"), inner])];
    const runs = await Promise.all(
      pipelines.map((pipeline) =>
        new Runner({ cacheConfig: { enabled: true, verbose: false, backend: shared }, concurrency: 1 }).run(
          pipeline as Pipeline,
          { inputs: { x: 1 } },
        ),
      ),
    );
    for (const { outputs } of runs) expect(outputs).toEqual({ a: 2, b: 2, inner: 2 });
    expect(calls).toBe(1);
  });
});

function withLeases(change: (real: MemoryCache) => Partial<Leases>): CacheBackend {
  const real = new MemoryCache();
  const changes = change(real) as Record<PropertyKey, unknown>;
  return new Proxy(real, {
    get(target, name) {
      if (Object.hasOwn(changes, name)) return changes[name];
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function twoRuns(backend: CacheBackend, more: { readonly singleFlight?: boolean } = {}) {
  const { calls, open, gate } = gated();
  const slow = func({ name: "slow", inputs: [], output: "slow", cache: true, version: "1", captures }, async () => {
    calls.push(1);
    if (calls.length === 2) open();
    await gate;
    return "made";
  });
  const pipeline = new Pipeline([slow]);
  const runs = Promise.all([0, 1].map(() => runnerOn(backend, more).run(pipeline)));
  return runs.then((results) => ({ results, calls }));
}

test("leases that fail are a warning, and both compute", async () => {
  const failing = withLeases(() => ({
    acquireLease: async () => {
      throw new Error("no leases today");
    },
  }));
  const { results, calls } = await twoRuns(failing);
  expect(calls).toHaveLength(2);
  for (const { outputs, report } of results) {
    expect(outputs).toEqual({ slow: "made" });
    expect(report.warnings).toMatchObject([
      { code: "backend-failed", message: expect.stringMatching("no leases today") },
    ]);
  }
});

test("leases that are granted to everybody are no harm, and neither are those that nobody ever gets", async () => {
  const granting = withLeases(() => ({
    acquireLease: async (name) => ({ granted: true, lease: { name, token: "1" } }),
    releaseLease: async () => false,
  }));
  const { results, calls } = await twoRuns(granting);
  expect(calls).toHaveLength(2);
  for (const { report } of results) expect(report.warnings).toEqual([]);

  const holder = { token: "1", owner: "somebody", condition: "lost" } as const;
  const refusing = withLeases(() => ({
    acquireLease: async () => ({ granted: false, holder }),
    readLease: async () => holder,
  }));
  expect((await twoRuns(refusing)).calls).toHaveLength(2);
});

test("with singleFlight: false, nobody waits", async () => {
  const { results, calls } = await twoRuns(new MemoryCache(), { singleFlight: false });
  expect(calls).toHaveLength(2);
  expect(results.map(({ report }) => report.nodes[0]!.decision)).toEqual(["miss", "miss"]);
});
