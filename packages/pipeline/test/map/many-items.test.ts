import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { Runner } from "@larder/pipeline";
import { expect, it } from "vitest";
import { callsOf } from "./counted-calls.js";
import { chain } from "./word-nodes.js";

it("of 100,000 items of which ten have changed, ten are computed", { timeout: 300_000 }, async () => {
  const directory = join(tmpdir(), `larder-many-${process.pid}`);
  const items = Array.from({ length: 100_000 }, (_, index) => index * 10);
  const backend = new DiskCache({ directory });
  try {
    const lines: string[] = [];
    const writer = { write: (text: string) => lines.push(text) };
    const runner = () => new Runner({ cacheConfig: { enabled: true, backend }, writer });
    const run = (list: readonly number[]) =>
      callsOf(() => runner().run(chain, { inputs: { items: list, factor: 1 }, outputs: ["squares"] }));
    const [first, all] = await run(items);
    expect(all).toHaveLength(100_000);
    const edited = items.map((item, index) => (index % 10_000 === 77 ? item + 1 : item));
    const [second, ten] = await run(edited);
    expect(ten).toEqual(Array.from({ length: 10 }, (_, index) => `s${(index * 10_000 + 77) * 10 + 1},0`));
    expect(second.outputs.squares).toEqual(edited.map((item) => item * item));
    expect(first.outputs.squares).toEqual(items.map((item) => item * item));
    const [, none] = await run(edited);
    expect(none).toEqual([]);
    const told = lines.filter((line) => line.includes("squares")).map((line) => line.replace(/\d+\.\d\ds/, "…s"));
    expect(told).toEqual([
      "[CACHE] squares: ✗ MISS (…s, 100,000 of 100,000 items)\n",
      "[CACHE] squares: ✗ MISS (…s, 10 of 100,000 items)\n",
      "[CACHE] squares: ✓ HIT (100,000 items)\n",
    ]);
  } finally {
    // Counts that are kept back would open it again.
    await new Cache({ backend }).close();
    await rm(directory, { recursive: true, force: true });
  }
});
