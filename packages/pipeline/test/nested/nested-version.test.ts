import { MemoryCache } from "@larder/core";
import { type FuncNode, func, Pipeline, Runner } from "@larder/pipeline";
import { expect, test } from "vitest";
import { decisionsOf } from "../decisions-of.js";

function newRunner(backend: MemoryCache): Runner {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
}

test("a version vouches for a nested node as for the node alone", async () => {
  // Declared in code that has no file.
  const declare = new Function(
    "func",
    "return func({ name: 'vouched', inputs: ['x'], output: 'y', cache: true, version: '1' }, ({ x }) => x + 1)",
  );
  const vouched = (declare as (make: typeof func) => FuncNode<{ x: number }, "y", number>)(func);
  const alone = new Pipeline([vouched], { name: "alone" });
  const backend = new MemoryCache();
  await newRunner(backend).run(alone, { inputs: { x: 1 } });
  const outer = new Pipeline([alone.asNode({ output: "y", name: "elsewhere", inputs: { x: "given" } })], {
    name: "outer",
  });
  const { report } = await newRunner(backend).run(outer, { inputs: { given: 1 } });
  expect(decisionsOf(report)).toEqual({ "elsewhere/vouched": "hit" });
});
