import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cache, type CacheBackend, MemoryCache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { Runner } from "@larder/pipeline";
import fc from "fast-check";
import { expect, it } from "vitest";
import { plannedIn } from "../decisions-of.js";
import { callsOf } from "./counted-calls.js";
import { chain } from "./word-nodes.js";

/** Small numbers, so that items come again; `factor` is read too, by value: 2 and 3 give the same. */
const scene = fc.record({
  items: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 12 }),
  factor: fc.integer({ min: 0, max: 5 }),
  asked: fc.constantFrom(["squares"], ["halved"], ["sum"], ["squares", "sum"]),
  fails: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined, freq: 5 }),
});

type Scene = typeof scene extends fc.Arbitrary<infer Value> ? Value : never;

interface Model {
  readonly squares: Set<string>;
  readonly halved: Set<string>;
}

/** Runs scenes one after the other on one cache, and holds each against what the functions give, and against the model. */
async function holds(scenes: readonly Scene[], backend: CacheBackend): Promise<void> {
  const model: Model = { squares: new Set(), halved: new Set() };
  for (const { items, factor, asked, fails } of scenes) {
    const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
    const squares = items.map((item) => item * item + (factor >> 1));
    const halved = squares.map((square) => square >> 2);
    const request = { inputs: { items, factor }, outputs: asked as ["squares"] };
    const planned = plannedIn(await runner.plan(chain, request));
    (globalThis as { failingSquare?: number | undefined }).failingSquare = fails;
    const [outcome, called] = await callsOf(() =>
      runner.run(chain, request).then(
        ({ outputs, report }) => ({ outputs, report }),
        (error) => ({ outputs: undefined, report: error.report }),
      ),
    );
    const squareCalls = called.filter((call) => call.startsWith("s"));
    expect(new Set(squareCalls).size).toBe(squareCalls.length);
    for (const call of squareCalls) expect(model.squares.has(call)).toBe(false);
    for (const call of called) {
      if (call === `s${fails},${factor >> 1}`) continue;
      (call.startsWith("s") ? model.squares : model.halved).add(call);
    }
    const decided = Object.fromEntries(
      outcome.report.nodes.map(({ node, decision }: { node: string; decision: string }) => [node, decision]),
    );
    for (const [node, decision] of Object.entries(planned)) {
      if (decision === "hit") expect(["hit", "skipped"]).toContain(decided[node]);
      if (decision === "miss") expect(["miss", "failed", "not-run"]).toContain(decided[node]);
    }
    if (outcome.outputs === undefined) {
      expect(squareCalls).toContain(`s${fails},${factor >> 1}`);
      continue;
    }
    const all: Record<string, unknown> = { squares, halved, sum: halved.reduce((sum, half) => sum + half, 0) };
    expect(outcome.outputs).toEqual(Object.fromEntries(asked.map((name) => [name, all[name]])));
  }
}

it("maps give what they give uncached, compute nothing twice, and do what was planned: in memory", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(scene, { minLength: 1, maxLength: 8 }), (scenes) => holds(scenes, new MemoryCache())),
    { numRuns: 60 },
  );
});

it("the same on disk", async () => {
  const directory = join(tmpdir(), `larder-maps-${process.pid}`);
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(scene, { minLength: 1, maxLength: 8 }), async (scenes) => {
        await rm(directory, { recursive: true, force: true });
        const backend = new DiskCache({ directory });
        try {
          await holds(scenes, backend);
        } finally {
          await new Cache({ backend }).close();
        }
      }),
      { numRuns: 8 },
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
