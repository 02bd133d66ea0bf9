import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { valueDigest } from "@larder/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChance, seededValue } from "./seeded-values.js";
import { copyValue } from "./value-copies.js";

const seed = 20260321;
const options = fc.record({ seed: fc.integer(), size: fc.integer({ min: 0, max: 60 }) });

describe(`the digest of any value (seed ${seed})`, () => {
  it("is the same for an equal copy with its keys in another order", () => {
    fc.assert(
      fc.property(options, fc.integer(), (made, order) => {
        const value = seededValue(made);
        const copy = copyValue(value, { shuffle: createChance(order) });
        expect(valueDigest(copy)).toBe(valueDigest(value));
      }),
      { seed, numRuns: 2000 },
    );
  });

  it("changes when any one primitive or leaf in it changes", () => {
    let changedRuns = 0;
    fc.assert(
      fc.property(options, fc.nat(), (made, at) => {
        const value = seededValue({ ...made, references: false });
        const count = leavesOf(value);
        if (count === 0) return;
        let index = 0;
        const changed = copyValue(value, { replace: (part) => (index++ === at % count ? differentFrom(part) : part) });
        // A Map or Set may have held the new value already.
        if (leavesOf(changed) !== count) return;
        changedRuns++;
        expect(valueDigest(changed)).not.toBe(valueDigest(value));
      }),
      { seed, numRuns: 2000 },
    );
    expect(changedRuns).toBeGreaterThan(1000);
  });

  it("tells apart strings that imitate the bytes between them", () => {
    const text = fc.string({
      unit: fc.constantFrom("s", "S", "\u0000", "\u0001", "\u0007", "a", "\ud800"),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 3 }), fc.nat(), (strings, cut) => {
        // The same characters, cut elsewhere, with a string's heading between the parts.
        const joined = strings.join("s\u0000\u0000\u0000\u0000");
        const at = cut % (joined.length + 1);
        const others = [joined.slice(0, at), joined.slice(at), ...strings.slice(2).fill("")];
        const equal = strings.every((string, index) => string === others[index]);
        expect(valueDigest(strings) === valueDigest(others)).toBe(equal);
      }),
      { seed, numRuns: 3000 },
    );
    const heading = "s\u0000\u0000\u0000\u0000";
    expect(valueDigest([`a${heading}b`, "c"])).not.toBe(valueDigest(["a", `b${heading}c`]));
  });

  it("does not depend on which parts are shared", () => {
    fc.assert(
      fc.property(options, (made) => {
        const part = seededValue({ ...made, references: false });
        const copies = [part, [copyValue(part)], { deep: { deeper: copyValue(part) } }];
        expect(valueDigest([part, [part], { deep: { deeper: part } }])).toBe(valueDigest(copies));
      }),
      { seed, numRuns: 500 },
    );
  });

  it("is the same in another process", async () => {
    const script = fileURLToPath(new URL("./digest-seeded-values.ts", import.meta.url));
    const count = 500;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--conditions=larder-source", "--import", "tsx", script, String(seed), String(count)],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    const there = JSON.parse(stdout) as string[];
    const here = Array.from({ length: count }, (_, index) =>
      valueDigest(seededValue({ seed: seed + index, size: 60 })),
    );
    expect(there).toEqual(here);
    expect(new Set(here).size).toBeGreaterThan(count * 0.8);
  });
});

/** How many values in a value are no containers. */
function leavesOf(value: unknown): number {
  let leaves = 0;
  const count = (part: unknown) => {
    leaves++;
    return part;
  };
  copyValue(value, { replace: count });
  return leaves;
}

function differentFrom(value: unknown): unknown {
  switch (typeof value) {
    case "number":
      return Object.is(value, 17) ? 18 : 17;
    case "string":
      return `${value}+`;
    case "bigint":
      return value + 1n;
    case "boolean":
      return value ? "true" : "false";
    default:
      return value === null ? undefined : null;
  }
}
