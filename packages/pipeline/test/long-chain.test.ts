import { MemoryCache } from "@larder/core";
import { type FuncNode, func, Pipeline, Runner } from "@larder/pipeline";
import { expect, test } from "vitest";

const length = 4000;

function step(index: number, cached: boolean): FuncNode {
  const input = index === 0 ? "start" : `v${index - 1}`;
  return func({ inputs: [input], output: `v${index}`, cache: cached, captures: { index, input } }, (args) => {
    // The first node forgets what it reads, so that all after it are cut off.
    return index === 0 ? 0 : Number((args as Record<string, unknown>)[input]) + 1;
  });
}

test("a chain of thousands of nodes runs, is found again, and is cut off early, without running out of stack", async () => {
  const cached = Array.from({ length }, (_, index) => step(index, true));
  const runner = new Runner({ cacheConfig: { enabled: true, backend: new MemoryCache(), verbose: false } });
  const last = `v${length - 1}`;
  for (const nodes of [cached, [step(0, false), ...cached.slice(1)]]) {
    const pipeline = new Pipeline(nodes);
    const first = await runner.run(pipeline, { inputs: { start: 1 } });
    expect(first.outputs[last]).toBe(length - 1);
    const again = await runner.run(pipeline, { inputs: { start: 1 } });
    expect(again.report.totals).toMatchObject({ misses: 0, hits: 1 });
    const other = await runner.run(pipeline, { inputs: { start: 2 } });
    expect(other.outputs[last]).toBe(length - 1);
    expect(other.report.totals.misses).toBe(nodes === cached ? 1 : 0);
    expect((await runner.plan(pipeline, { inputs: { start: 3 } })).nodes).toHaveLength(length);
  }
  const off = await new Runner().run(new Pipeline(cached), { inputs: { start: 1 } });
  expect(off.outputs[last]).toBe(length - 1);
});
