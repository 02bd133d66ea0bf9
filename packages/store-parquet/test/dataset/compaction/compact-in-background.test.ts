import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compactInBackground, compactWhole } from "../../../src/dataset/compaction/compact-dataset.js";
import type { PartRecord } from "../../../src/dataset/part-record.js";
import { openPart } from "../../../src/dataset/parts/open-part.js";
import { readPartRange } from "../../../src/dataset/parts/read-part-rows.js";
import { seededRandom } from "../../support/random-table.js";
import { hour, now, randomTold, setOf } from "./random-told.js";
import { answersOf, expectedAnswers, type StoredParts, storedParts } from "./stored-parts.js";

const ids = Array.from({ length: 60 }, (_, i) => BigInt(i * 3 - 20));

let dataset: StoredParts;
beforeEach(() => {
  dataset = storedParts();
});
afterEach(() => dataset.remove());

async function storeSome(count: number, seed = 1, own = dataset): Promise<PartRecord[]> {
  const random = seededRandom(seed);
  const stored: PartRecord[] = [];
  for (let i = 0; i < count; i++) {
    stored.push(await own.store(randomTold({ random, ids, age: 20 - i / count, distinct: i })));
  }
  return stored;
}

async function expectAnswers(stored: readonly PartRecord[], own = dataset): Promise<void> {
  const { parts } = await own.log.refresh();
  expect(await answersOf(own.directory, parts.values(), ids)).toEqual(expectedAnswers(stored, ids));
}

function filesIn(folder: string, own = dataset): string[] {
  try {
    return readdirSync(join(own.directory, folder)).sort();
  } catch {
    return [];
  }
}

async function namesOf(own = dataset): Promise<string[]> {
  return [...(await own.log.refresh()).parts.keys()].sort();
}

describe("in the background", () => {
  test("what is written stays within ten times what was stored, and parts stay few", async () => {
    const random = seededRandom(9);
    const many = Array.from({ length: 4000 }, (_, i) => BigInt(i));
    for (let i = 0; i < 120; i++) {
      const at = now - 20 * hour + i * 1000;
      const some = many.filter(() => random() < 0.05);
      await dataset.store([
        { kind: "rows", sequence: at * 1000, fetchedAt: at, columns: ["a", "b", "c", "d"], keys: setOf(some) },
      ]);
      await compactInBackground(dataset.context);
      expect((await dataset.log.refresh()).parts.size).toBeLessThanOrEqual(30);
    }
    const { storedBytes, compactedBytes, parts } = await dataset.log.refresh();
    expect(compactedBytes / storedBytes).toBeLessThanOrEqual(10);
    expect(compactedBytes).toBeGreaterThan(0);
    const onDisk = [...filesIn("base"), ...filesIn("recent")];
    expect(onDisk).toHaveLength(parts.size);
    expect(dataset.warnings).toEqual([]);
  });

  test("two that share a directory lose nothing, whoever merges", async () => {
    const other = storedParts({ directory: dataset.directory });
    const stored: PartRecord[] = [];
    const random = seededRandom(3);
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 8; i++) {
        const own = i % 2 === 0 ? dataset : other;
        const age = 20 - (round * 8 + i) / 50;
        stored.push(await own.store(randomTold({ random, ids, age, distinct: i })));
      }
      await Promise.all([
        compactInBackground(dataset.context),
        compactInBackground(other.context),
        compactWhole(other.context),
        compactInBackground(dataset.context),
      ]);
    }
    await expectAnswers(stored);
    await expectAnswers(stored, other);
    expect([...dataset.warnings, ...other.warnings]).toEqual([]);
  });

  test("another process that merges is left to it, and one that is dead is not waited for", async () => {
    await storeSome(8);
    const before = await namesOf();
    const [host, boot, pids] = ["0", "1", "2"].map(() => "00000000");
    const hint = join(dataset.directory, "tmp", `compacting-${host}-${boot}-${pids}-1-0`);
    writeFileSync(hint, "");
    const clock = { now: () => statSync(hint).mtimeMs + 1000, monotonic: () => 0 };
    await compactInBackground({ ...dataset.context, clock });
    expect(await namesOf()).toEqual(before);
    const later = { now: () => statSync(hint, { throwIfNoEntry: false })?.mtimeMs ?? now, monotonic: () => 0 };
    const old = { ...later, now: () => Date.now() + 600_000 };
    await compactInBackground({ ...dataset.context, clock: old });
    expect(await namesOf()).not.toEqual(before);
    expect(filesIn("tmp")).toEqual([]);
  });

  test("who has a part open reads it to the end, though it was merged and unlinked meanwhile", async () => {
    const stored = await storeSome(8);
    const old = stored.map((part) => openPart(dataset.directory, part));
    const read = () => Promise.all(old.map((part, i) => readPartRange(part, ["id"], 0, stored[i]!.keys.size)));
    const before = await read();
    await compactWhole(dataset.context);
    expect(filesIn("recent")).toEqual([]);
    expect((await read()).map((columns) => columns.get("id")!.length)).toEqual(
      before.map((columns) => columns.get("id")!.length),
    );
    await Promise.all(old.map((part) => part.close()));
  });
});
