import { MemoryCache } from "@larder/core";
import { type NodeReport, type Plan, Runner, type RunReport } from "@larder/pipeline";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createCacheModel, plainValues } from "./cache-model.js";
import { applyChange, buildPipeline, demanded, ran, randomChanges, randomGraphs, type Scene } from "./random-graph.js";

// fast-check prints the seed of a failure; LARDER_SEED repeats it.
const seed = Number(process.env.LARDER_SEED ?? 20261121);

const scenes = (options: { cachedOnly?: boolean }) =>
  fc.record({
    nodes: randomGraphs(10, options),
    inputs: fc.record({ x: fc.nat(4), y: fc.nat(4), z: fc.nat(4) }),
    changes: fc.array(randomChanges, { minLength: 1, maxLength: 6 }),
  });

/** The values the requested nodes have without a cache, and those the run returned. */
function expectPlainOutputs(scene: Scene, outputs: Readonly<Record<string, unknown>>): void {
  const plain = plainValues(scene.nodes, scene.inputs);
  for (const [name, value] of Object.entries(outputs)) expect(value).toEqual(plain.get(Number(name.slice(1))));
}

test("a cached run gives what an uncached run gives, and runs exactly the nodes whose code or inputs are new", async () => {
  await fc.assert(
    fc.asyncProperty(scenes({}), async ({ nodes, inputs, changes }) => {
      const runner = new Runner({ cacheConfig: { enabled: true, backend: new MemoryCache(), verbose: false } });
      const model = createCacheModel();
      let scene: Scene = { nodes, inputs, outputs: undefined };
      for (const change of [{ change: "nothing" } as const, ...changes]) {
        scene = applyChange(scene, change);
        const pipeline = buildPipeline(scene.nodes);
        const expected = model(scene, pipeline);
        ran.length = 0;
        const options = scene.outputs === undefined ? {} : { outputs: scene.outputs };
        const { outputs, report } = await runner.run(pipeline, {
          inputs: demanded(pipeline, scene.inputs),
          ...options,
        });
        expect(report.warnings).toEqual([]);
        expect([...ran].sort()).toEqual([...expected].sort());
        expect(Object.keys(outputs).sort()).toEqual([...(scene.outputs ?? pipeline.finalOutputs)].sort());
        expectPlainOutputs(scene, outputs);
        expectDecisionsAre(report.nodes, scene, expected);
      }
    }),
    { seed, numRuns: 250 },
  );
});

function expectDecisionsAre(reports: readonly NodeReport[], { nodes }: Scene, didRun: ReadonlySet<number>): void {
  for (const { node, decision } of reports) {
    const { id, cached } = nodes.find((candidate) => `node-${candidate.id}` === node)!;
    if (!didRun.has(id)) expect(["hit", "skipped"]).toContain(decision);
    else expect(decision).toBe(cached ? "miss" : "no-cache");
  }
}

test("every hit and every miss of a plan holds in the run that follows", async () => {
  let depended = 0;
  await fc.assert(
    fc.asyncProperty(scenes({}), async ({ nodes, inputs, changes }) => {
      const backend = new MemoryCache();
      const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
      let scene: Scene = { nodes, inputs, outputs: undefined };
      for (const change of [{ change: "nothing" } as const, ...changes]) {
        scene = applyChange(scene, change);
        const pipeline = buildPipeline(scene.nodes);
        const asked = {
          inputs: demanded(pipeline, scene.inputs),
          ...(scene.outputs === undefined ? {} : { outputs: scene.outputs }),
        };
        ran.length = 0;
        const before = await keysOf(backend);
        const plan = await runner.plan(pipeline, asked);
        expect(ran).toEqual([]);
        expect(await keysOf(backend)).toEqual(before);
        const { report } = await runner.run(pipeline, asked);
        expectPlanHeld(plan, report);
        depended += plan.nodes.filter(({ decision }) => decision === "depends").length;
      }
    }),
    { seed, numRuns: 250 },
  );
  expect(depended).toBeGreaterThan(100);
});

function expectPlanHeld(plan: Plan, report: RunReport): void {
  for (const [index, { node, decision }] of plan.nodes.entries()) {
    const happened = report.nodes[index]!;
    expect(happened.node).toBe(node);
    if (decision === "hit") expect(["hit", "skipped"]).toContain(happened.decision);
    else if (decision !== "depends") expect(happened.decision).toBe(decision);
  }
}

async function keysOf(backend: MemoryCache): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of backend.keys()) keys.push(key);
  return keys;
}

test("entries that vanish between runs change no result, and plans hold all the same", async () => {
  const vanishing = fc.array(fc.array(fc.nat(99), { maxLength: 8 }), { minLength: 7, maxLength: 7 });
  await fc.assert(
    fc.asyncProperty(scenes({}), vanishing, async ({ nodes, inputs, changes }, vanished) => {
      const backend = new MemoryCache();
      const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
      let scene: Scene = { nodes, inputs, outputs: undefined };
      for (const [index, change] of [{ change: "nothing" } as const, ...changes].entries()) {
        scene = applyChange(scene, change);
        const pipeline = buildPipeline(scene.nodes);
        const wanted = scene.outputs === undefined ? {} : { outputs: scene.outputs };
        const asked = { inputs: demanded(pipeline, scene.inputs), ...wanted };
        const plan = await runner.plan(pipeline, asked);
        const { outputs, report } = await runner.run(pipeline, asked);
        expectPlanHeld(plan, report);
        expectPlainOutputs(scene, outputs);
        const keys = await keysOf(backend);
        for (const at of vanished[index] ?? []) if (keys.length > 0) await backend.deleteBlob(keys[at % keys.length]!);
      }
    }),
    { seed, numRuns: 250 },
  );
});
