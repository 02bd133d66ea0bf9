import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allKeys } from "../../../src/dataset/compaction/key-range.js";
import { runKeys, toldMerge } from "../../../src/dataset/compaction/told-merge.js";
import { uniteAllIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { cutIds } from "../../../src/dataset/ids/cut-id-sets.js";
import { emptyIds } from "../../../src/dataset/ids/id-set.js";
import { idAt } from "../../../src/dataset/ids/look-up.js";
import type { Epoch, PartRecord } from "../../../src/dataset/part-record.js";
import { seededRandom } from "../../support/random-table.js";
import { now, randomTold, setOf, someColumns } from "./random-told.js";
import { toldCells } from "./told-cells.js";

let counter = 0;

function partOf(epochs: readonly Epoch[], place: PartRecord["place"] = "recent"): PartRecord {
  return {
    name: `part-${String(counter++).padStart(6, "0")}`,
    place,
    keys: uniteAllIds(epochs.flatMap((epoch) => (epoch.kind === "rows" ? [epoch.keys] : []))),
    byteLength: 1000,
    checksum: "",
    chunkDigests: new Uint8Array(0),
    columns: someColumns.map((name) => ({ name, type: "Int32" })),
    epochs,
    replaces: [],
  };
}

/** Merges what parts tell, into files of a few keys each. */
function merged(inputs: readonly PartRecord[], outside: readonly PartRecord[], keysPerFile: number): PartRecord[] {
  const run = { ...allKeys, inputs };
  const told = toldMerge(run, outside, now);
  const pieces = cutIds(runKeys(run), keysPerFile);
  for (const piece of pieces) told.settle(piece);
  const lows = pieces.map((piece) => idAt(piece, 0));
  if (pieces.length === 0) return [partOf(told.epochsOf(allKeys.low, allKeys.high))];
  return pieces.map((_, i) =>
    partOf(
      told.epochsOf(i === 0 ? allKeys.low : lows[i]!, i + 1 < lows.length ? lows[i + 1]! - 1n : allKeys.high),
      "base",
    ),
  );
}

const manyIds = [-(2n ** 63n), -5n, 0n, 1n, 2n, 3n, 65_535n, 65_536n, 65_537n, 1n << 40n, 2n ** 63n - 1n];

/** Of each cell all but its part; with joined epochs it may have been fetched earlier, and count as later, than before. */
function expectSame(before: ReturnType<typeof toldCells>, after: ReturnType<typeof toldCells>, joined: boolean): void {
  for (const kind of ["absent", "known"] as const) {
    expect([...after[kind].keys()].sort()).toEqual([...before[kind].keys()].sort());
    for (const [name, cell] of before[kind]) {
      const now = after[kind].get(name)!;
      expect(now.version).toBe(cell.version);
      if (joined) {
        expect(now.fetchedAt).toBeLessThanOrEqual(cell.fetchedAt);
        expect(now.sequence).toBeGreaterThanOrEqual(cell.sequence);
      } else expect({ ...now, part: "" }).toEqual({ ...cell, part: "" });
    }
  }
}

describe("what is told of cells stays the same, whichever parts are merged in whichever order", () => {
  test.each([
    ["all of it is new", 0, 20],
    ["all of it is settled", 30, 2000],
    ["some of it is settled", 0, 50],
  ])("where %s", (_, least, most) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = seededRandom(seed);
        const count = 1 + Math.floor(random() * 10);
        const waiting = Array.from({ length: count }, (_, distinct) => {
          const age = least + random() * (most - least);
          return { age, part: partOf(randomTold({ random, ids: manyIds, age, distinct })) };
        });
        // What is settled has arrived; what is not comes in any order, between merges.
        let parts = waiting.filter(({ age }) => age > 23).map(({ part }) => part);
        const late = waiting.filter(({ age }) => age <= 23).map(({ part }) => part);
        const all = [...parts];
        for (let step = 0; step < 6; step++) {
          const arrived = late.splice(0, Math.floor(random() * 3));
          parts.push(...arrived);
          all.push(...arrived);
          const inputs = parts.filter(() => random() < 0.5);
          if (inputs.length === 0) continue;
          const outside = parts.filter((part) => !inputs.includes(part));
          parts = [...outside, ...merged(inputs, outside, 1 + Math.floor(random() * 12))];
          expectSame(toldCells(all, manyIds), toldCells(parts, manyIds), false);
        }
      }),
      { numRuns: 200, seed: 20 },
    );
  });

  test("where there are so many epochs that they are joined", () => {
    let joins = 0;
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = seededRandom(seed);
        const ids = Array.from({ length: 400 }, (_, i) => BigInt(i));
        const make = (distinct: number, from: number, reach: number) => {
          const first = from + Math.floor(random() * reach);
          const chosen = ids.slice(first, first + (distinct % 10 === 0 ? 60 : 2));
          const told = randomTold({ random, ids: chosen, age: 10 + random() * 600, distinct, versions: [undefined] });
          return partOf(
            told.map((epoch) =>
              epoch.kind === "rows" ? { ...epoch, columns: random() < 0.5 ? ["a"] : ["a", "b"] } : epoch,
            ),
          );
        };
        // Those outside meet only some of the keys: where they do, nothing is joined.
        const hasKeys = ({ epochs }: PartRecord) => epochs[0]!.keys !== undefined;
        const outside = Array.from({ length: 20 }, (_, i) => make(i + 500, 0, 60)).filter(hasKeys);
        const inputs = Array.from({ length: 200 }, (_, i) => make(i, 0, 400)).filter(hasKeys);
        const all = [...inputs, ...outside];
        const parts = merged(inputs, outside, 500);
        const kept = parts.flatMap(({ epochs }) => epochs).filter(({ kind }) => kind !== "invalid").length;
        const { known, absent } = toldCells(inputs, ids);
        const sequences = new Set([...known.values(), ...absent.values()].map((cell) => cell.sequence));
        if (kept < sequences.size) joins++;
        expectSame(toldCells(all, ids), toldCells([...outside, ...parts], ids), true);
      }),
      { numRuns: 12, seed: 21 },
    );
    expect(joins).toBeGreaterThan(6);
  });
});

const empty = { ...partOf([]), keys: emptyIds };

describe("what says nothing any more is let go", () => {
  const rows = (age: number, columns: readonly string[], ids: readonly bigint[]): Epoch => ({
    kind: "rows",
    sequence: (now - age * 3_600_000) * 1000,
    fetchedAt: now - age * 3_600_000,
    columns,
    keys: setOf(ids),
  });
  const invalid = (age: number): Epoch => ({
    kind: "invalid",
    sequence: (now - age * 3_600_000) * 1000,
    at: now - age * 3_600_000,
  });

  test("an invalidation that is older than a day and has nothing to hide", () => {
    expect(
      merged([partOf([invalid(30)]), partOf([rows(40, ["a"], [1n])])], [], 10).flatMap(({ epochs }) => epochs),
    ).toEqual([]);
  });

  test("not one from which a day has not passed: a batch may come that is older", () => {
    const kept = merged([partOf([invalid(24)]), partOf([rows(40, ["a"], [1n])])], [], 10).flatMap(
      ({ epochs }) => epochs,
    );
    expect(kept.map(({ kind }) => kind)).toEqual(["invalid"]);
  });

  test("not one that hides something outside the merge", () => {
    const outside = [partOf([rows(50, ["a"], [1n])])];
    const kept = merged([partOf([invalid(30)]), empty], outside, 10).flatMap(({ epochs }) => epochs);
    expect(kept.map(({ kind }) => kind)).toEqual(["invalid"]);
  });

  test("epochs of one sequence become one", () => {
    const kept = merged([partOf([rows(5, ["a"], [1n])]), partOf([rows(5, ["a"], [2n])])], [], 10);
    expect(kept.flatMap(({ epochs }) => epochs)).toHaveLength(1);
  });
});
