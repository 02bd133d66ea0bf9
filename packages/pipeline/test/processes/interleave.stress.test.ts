import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runChild } from "./run-child.js";

const rounds = 2000;

test("two processes that interleave different inputs on one cache never read each other's value for their own", async () => {
  const directory = await mkdtemp(join(tmpdir(), "larder-interleave-"));
  try {
    const child = new URL("./interleave.child.ts", import.meta.url);
    const results = await Promise.all(["11", "12"].map((seed) => runChild(child, directory, seed, String(rounds))));
    let fromOther = 0;
    for (const { code, stdout, stderr } of results) {
      expect(stderr).toBe("");
      expect(code).toBe(0);
      const seen = JSON.parse(stdout);
      expect(seen).toMatchObject({ wrong: 0, warnings: 0 });
      expect(seen.hits + seen.misses).toBe(rounds);
      fromOther += seen.fromOther;
    }
    // They did share: what one made, the other read.
    expect(fromOther).toBeGreaterThan(100);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}, 180_000);
