import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { bundledPrograms } from "../foreign/support/bundled-child.js";

const program = bundledPrograms({ mutate: "../../codecs/programs/mutate-blocks.ts" });
const seed = 20_261_129;
const blocks = 10_000;

describe(`mutated blocks (seed ${seed})`, () => {
  test("end no process, fill no memory, and are refused or read", { timeout: 300_000 }, async () => {
    const { args } = program("mutate");
    // The bundle stands elsewhere: the optional packages are found by this.
    const env = { ...process.env, NODE_PATH: fileURLToPath(new URL("../../node_modules", import.meta.url)) };
    const { stdout } = await promisify(execFile)(process.execPath, [...args, `${blocks}`, `${seed}`], { env });
    const { outcomes, peakMegabytes } = JSON.parse(stdout) as {
      outcomes: Record<string, Record<string, number>>;
      peakMegabytes: number;
    };
    expect(Object.keys(outcomes)).toEqual(
      expect.arrayContaining(["snappy", "lz4-napi", "node-zstd", "gzip", "brotli"]),
    );
    for (const counts of Object.values(outcomes)) {
      expect(counts["too much"]).toBeUndefined();
      expect(counts.refused).toBeGreaterThan(blocks / 10);
      expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(blocks);
    }
    expect(peakMegabytes).toBeLessThan(1000);
  });
});
