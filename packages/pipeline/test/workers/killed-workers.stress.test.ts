import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryCache } from "@larder/core";
import { Pipeline, PipelineError, Runner } from "@larder/pipeline";
import fc from "fast-check";
import { expect, test } from "vitest";
import { survivors } from "./fixtures/deadly-items.js";

test("workers that die at any item: the run says so, everything else is made and stored, and a rerun completes", async () => {
  const directory = mkdtempSync(join(tmpdir(), "larder-killed-"));
  let round = 0;
  const rounds = fc.asyncProperty(fc.uniqueArray(fc.nat(199), { minLength: 1, maxLength: 2 }), async (deadly) => {
    const id = `${round++}`;
    const marker = (item: number) => (deadly.includes(item) ? join(directory, `${id}-${item}`) : null);
    const items = Array.from({ length: 200 }, (_, item) => ({ id: item, deadly: marker(item) }));
    const cacheConfig = { enabled: true, verbose: false, backend: new MemoryCache() };
    await using runner = new Runner({ mode: "workers", workers: 2, cacheConfig });
    const pipeline = new Pipeline([survivors]);
    const error: unknown = await runner.run(pipeline, { inputs: { items } }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PipelineError);
    expect((error as PipelineError).failures.map(({ node }) => node)).toEqual(["survivors"]);
    const { outputs, report } = await runner.run(pipeline, { inputs: { items } });
    expect(report.warnings).toEqual([]);
    expect(outputs.survivors).toEqual(items.map((item) => item.id * 2));
  });
  await fc.assert(rounds, { numRuns: 2, endOnFailure: true });
}, 300_000);
