import { MemoryCache } from "@larder/core";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { expect, test } from "vitest";
import { decisionsOf, reasonsOf } from "./decisions-of.js";

let drawn = 1;
const draw = func({ name: "draw", inputs: [], output: "drawn", cache: true }, () => drawn);
const scale = func(
  { name: "scale", inputs: ["drawn", "by"], output: "scaled", cache: true },
  ({ drawn, by }: { drawn: number; by: number }) => drawn * by,
);
const pipeline = new Pipeline([draw, scale], { name: "draws" });

/** A memory cache of which one key can be damaged. */
function damageable() {
  const memory = new MemoryCache();
  const damaged = new Set<string>();
  const getBlob = memory.getBlob.bind(memory);
  const setBlob = memory.setBlob.bind(memory);
  memory.getBlob = async (key) => {
    const blob = await getBlob(key);
    if (blob === undefined || !damaged.has(key)) return blob;
    const bytes = new Uint8Array(blob.source.byteLength);
    return {
      record: blob.record,
      source: { byteLength: bytes.length, slice: (start, end) => bytes.subarray(start, end) },
    };
  };
  memory.setBlob = async (key, blob) => {
    damaged.delete(key);
    return setBlob(key, blob);
  };
  return { memory, damaged };
}

test("when a damaged result comes out differently, nothing made of it is stored for the value that was promised", async () => {
  const { memory, damaged } = damageable();
  const runner = new Runner({ cacheConfig: { enabled: true, backend: memory, verbose: false } });
  drawn = 1;
  await runner.run(pipeline, { inputs: { by: 10 } });
  for await (const key of memory.keys({ prefix: "node:" })) {
    if ((await memory.getBlob(key))!.record.origin === "draws/draw") damaged.add(key);
  }
  drawn = 2;
  const { outputs, report } = await runner.run(pipeline, { inputs: { by: 100 } });
  expect(outputs.scaled).toBe(200);
  expect(decisionsOf(report)).toEqual({ draw: "miss", scale: "miss" });
  expect(reasonsOf(report).draw).toBe("damaged");
  expect(report.warnings.map(({ code, node }) => [code, node])).toContainEqual(["doubtful-result", "scale"]);
  const again = await runner.run(pipeline, { inputs: { by: 100 } });
  expect(decisionsOf(again.report)).toEqual({ draw: "hit", scale: "miss" });
});
