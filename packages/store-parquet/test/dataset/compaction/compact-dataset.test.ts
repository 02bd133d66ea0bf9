import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compactInBackground, compactWhole } from "../../../src/dataset/compaction/compact-dataset.js";
import { mergeParts } from "../../../src/dataset/compaction/merge-parts.js";
import { idsIn } from "../../../src/dataset/ids/make-id-set.js";
import type { PartRecord } from "../../../src/dataset/part-record.js";
import { openDuckdb } from "../../support/duckdb.js";
import { seededRandom } from "../../support/random-table.js";
import { hour, now, randomTold, setOf, someColumns } from "./random-told.js";
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

describe("a compacted dataset", () => {
  test("has one row for each id in base, as DuckDB reads it, and nothing else", async () => {
    const stored = await storeSome(12);
    const report = await compactWhole(dataset.context);
    await expectAnswers(stored);
    const { known } = { known: [...expectedAnswers(stored, ids)].filter(([name]) => name.includes("/")) };
    const rows = new Set(known.map(([name]) => name.split("/")[0])).size;
    expect(report).toMatchObject({ partsBefore: 12, partsAfter: 1, rows });
    const { compactedBytes } = await dataset.log.refresh();
    expect(report.bytesWritten).toBe(compactedBytes);
    expect(filesIn("recent")).toEqual([]);
    expect(filesIn("tmp")).toEqual([]);
    const duckdb = await openDuckdb();
    try {
      const glob = `read_parquet('${dataset.directory}/base/*.parquet')`;
      const [counted] = await duckdb.rows(`SELECT count(*)::INT, count(DISTINCT id)::INT FROM ${glob}`);
      expect(counted).toEqual([rows, rows]);
      const names = await duckdb.rows(`SELECT column_name FROM (DESCRIBE SELECT * FROM ${glob})`);
      expect(names.flat().sort()).toEqual(["a", "b", "c", "d", "id"]);
    } finally {
      duckdb.close();
    }
  });

  test("has all columns in each file, each with one type, also where a file had but some of them", async () => {
    const own = storedParts({ partBytes: 20_000 });
    try {
      const fetched = (age: number, distinct: number) => ({
        sequence: (now - age * hour) * 1000 + distinct,
        fetchedAt: now - age * hour,
      });
      const many = Array.from({ length: 4000 }, (_, i) => BigInt(i));
      await own.store([{ kind: "rows", ...fetched(5, 0), columns: ["a"], keys: setOf(many.slice(0, 3000)) }]);
      await own.store([{ kind: "rows", ...fetched(4, 1), columns: ["b", "d"], keys: setOf(many.slice(2500)) }]);
      await own.store([{ kind: "rows", ...fetched(3, 3), columns: ["a"], keys: setOf(many.slice(3900)) }]);
      await compactWhole(own.context);
      const { parts } = await own.log.refresh();
      expect(parts.size).toBeGreaterThan(1);
      for (const { columns } of parts.values()) {
        expect(columns.map(({ name, type }) => [name, type])).toEqual([
          ["a", "Float64"],
          ["b", "Utf8"],
          ["d", "Bool"],
        ]);
      }
      const duckdb = await openDuckdb();
      try {
        const glob = `read_parquet('${own.directory}/base/*.parquet')`;
        const counted = await duckdb.rows(`SELECT count(*)::INT, count(DISTINCT id)::INT FROM ${glob}`);
        expect(counted).toEqual([[many.length, many.length]]);
      } finally {
        duckdb.close();
      }
    } finally {
      own.remove();
    }
  });

  test("is split into files of the size asked for, of neighbouring ids each", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => BigInt(i) * 5n);
    const at = { sequence: (now - hour) * 1000, fetchedAt: now - hour };
    await dataset.store([{ kind: "rows", ...at, columns: [...someColumns], keys: setOf(many) }]);
    await compactWhole(dataset.context);
    expect(filesIn("base")).toHaveLength(1);
    await compactWhole(dataset.context, { partBytes: 100_000 });
    const base = [...(await dataset.log.refresh()).parts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(filesIn("base")).toEqual(base.map(({ name }) => name.replace("base/", "")));
    expect(base.length).toBeGreaterThan(3);
    expect(Math.max(...base.map(({ byteLength }) => byteLength))).toBeLessThan(115_000);
    expect(base.flatMap(({ keys }) => [...idsIn(keys)])).toEqual(many);
  });

  test("keeps files that are as they should be, and touches only those that what is new belongs to", async () => {
    const some = Array.from({ length: 4000 }, (_, i) => BigInt(i));
    const at = { sequence: (now - hour) * 1000, fetchedAt: now - hour };
    await dataset.store([{ kind: "rows", ...at, columns: [...someColumns], keys: setOf(some) }]);
    await compactWhole(dataset.context, { partBytes: 40_000 });
    const before = await namesOf();
    expect(before.length).toBeGreaterThan(2);
    expect(await compactWhole(dataset.context, { partBytes: 40_000 })).toMatchObject({ bytesRead: 0, bytesWritten: 0 });
    expect(await namesOf()).toEqual(before);
    await dataset.store([
      { kind: "rows", ...at, sequence: at.sequence + 2, columns: ["a", "b"], keys: setOf(some.slice(0, 3)) },
    ]);
    await compactWhole(dataset.context, { partBytes: 40_000 });
    expect((await namesOf()).slice(1)).toEqual(before.slice(1));
    expect((await namesOf())[0]).not.toBe(before[0]);
  });

  test("that holds nothing but what is absent remembers that, in one file", async () => {
    const stored = [
      await dataset.store([{ kind: "absent", sequence: now * 1000, fetchedAt: now, keys: setOf(ids) }]),
      await dataset.store([{ kind: "invalid", sequence: now * 1000 + 1, at: now, keys: setOf(ids.slice(0, 9)) }]),
    ];
    expect(await compactWhole(dataset.context)).toMatchObject({ partsAfter: 1, rows: 0 });
    await expectAnswers(stored);
    expect(filesIn("recent")).toEqual([]);
  });

  test("of which nothing was stored is left alone", async () => {
    expect(await compactWhole(dataset.context)).toEqual({
      partsBefore: 0,
      partsAfter: 0,
      rows: 0,
      bytesRead: 0,
      bytesWritten: 0,
    });
  });

  test("tells how far it is", async () => {
    await storeSome(6);
    const seen: number[] = [];
    await compactWhole(dataset.context, {
      onProgress: ({ doneRows, totalRows }) => {
        expect(totalRows).toBeGreaterThanOrEqual(doneRows);
        seen.push(doneRows / totalRows);
      },
    });
    expect(seen.at(-1)).toBe(1);
  });

  test("has no row any more once all that is stored is invalid, however many files there were", async () => {
    const at = { sequence: (now - 2 * hour) * 1000, fetchedAt: now - 2 * hour };
    const many = Array.from({ length: 4000 }, (_, i) => BigInt(i));
    const stored = [await dataset.store([{ kind: "rows", ...at, columns: ["a", "c"], keys: setOf(many) }])];
    await compactWhole(dataset.context, { partBytes: 20_000 });
    expect(filesIn("base").length).toBeGreaterThan(2);
    stored.push(await dataset.store([{ kind: "invalid", sequence: (now - hour) * 1000, at: now - hour }]));
    expect(await compactWhole(dataset.context, { partBytes: 20_000 })).toMatchObject({ rows: 0 });
    await expectAnswers(stored);
  });

  test("keeps a column as text where its values do not fit the type that somebody named", async () => {
    const at = { sequence: (now - 2 * hour) * 1000, fetchedAt: now - 2 * hour };
    await dataset.store([{ kind: "rows", ...at, columns: ["a", "b"], keys: setOf(ids) }]);
    const columns = [
      { name: "a", type: "Int32" },
      { name: "b", type: "Float64" },
    ];
    await dataset.log.commit(() => ({ kind: "batch", add: [], remove: [], columns }));
    await compactWhole(dataset.context);
    const [part] = [...(await dataset.log.refresh()).parts.values()];
    expect(part!.columns.map(({ name, type }) => [name, type])).toEqual([
      ["a", "Int32"],
      ["b", "Utf8"],
    ]);
    const expected = expectedAnswers(
      [{ ...part!, epochs: [{ kind: "rows", ...at, columns: ["a", "b"], keys: setOf(ids) }] }],
      ids,
    );
    expect(await answersOf(dataset.directory, [part!], ids)).toEqual(expected);
  });
});

describe("when compaction does not come to its end", () => {
  test("an aborted one leaves everything as it was", async () => {
    const stored = await storeSome(6);
    const before = [await namesOf(), filesIn("recent"), filesIn("base"), filesIn("tmp")];
    const controller = new AbortController();
    const reason = new Error("enough");
    const running = compactWhole(dataset.context, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
    expect([await namesOf(), filesIn("recent"), filesIn("base"), filesIn("tmp")]).toEqual(before);
    await expectAnswers(stored);
    await compactWhole(dataset.context);
    await expectAnswers(stored);
  });

  test("an aborted merge removes what it wrote for other ranges of ids", async () => {
    const at = { sequence: (now - hour) * 1000, fetchedAt: now - hour };
    const many = Array.from({ length: 240_000 }, (_, i) => BigInt(i));
    const part = await dataset.store([{ kind: "rows", ...at, columns: ["a", "c"], keys: setOf(many) }]);
    const { columns } = await dataset.log.refresh();
    const runs = [
      { low: -(2n ** 63n), high: 119_999n, inputs: [part] },
      { low: 120_000n, high: 2n ** 63n - 1n, inputs: [part] },
    ];
    const plan = {
      place: "base",
      runs,
      parts: [part],
      columns,
      partBytes: 2_000_000,
      replaces: [],
      now,
      sliceRows: 12_000,
    } as const;
    const controller = new AbortController();
    let done = 0;
    // Files are written a mebibyte at a time.
    let written = 0;
    const onRows = (rows: number) => {
      done += rows;
      written = Math.max(written, filesIn("tmp").length);
      if (done > 150_000) controller.abort(new Error("enough"));
    };
    await expect(mergeParts(dataset.context, plan, { signal: controller.signal, onRows })).rejects.toThrow("enough");
    expect(written).toBeGreaterThan(0);
    expect([filesIn("tmp"), filesIn("base")]).toEqual([[], []]);
  });

  test("files that can't be written are a warning in the background and an error in the foreground, and nothing is lost", async () => {
    const stored = await storeSome(8);
    writeFileSync(join(dataset.directory, "base"), "in the way");
    const before = await namesOf();
    await compactInBackground(dataset.context);
    expect(dataset.warnings.map(({ code }) => code)).toEqual(["compaction-failed"]);
    await expect(compactWhole(dataset.context)).rejects.toSatisfy((error) =>
      LarderError.isInstance(error, "write-failed"),
    );
    expect(await namesOf()).toEqual(before);
    expect(filesIn("tmp")).toEqual([]);
    await expectAnswers(stored);
    rmSync(join(dataset.directory, "base"));
    await compactInBackground(dataset.context);
    await expectAnswers(stored);
  });

  test("a part that is damaged is put aside, and the others are merged", async () => {
    const stored = await storeSome(8);
    const damaged = stored[3]!;
    writeFileSync(join(dataset.directory, damaged.name), Buffer.alloc(damaged.byteLength, 1));
    const asides: string[] = [];
    const context = {
      ...dataset.context,
      onDamagedPart: async (part: PartRecord) => {
        asides.push(part.name);
        await dataset.log.commit(() => ({ kind: "drop", add: [], remove: [part.name] }));
      },
    };
    await compactWhole(context);
    expect(asides).toEqual([damaged.name]);
    await expectAnswers(stored.filter((part) => part !== damaged));
  });

  test("parts that were taken away meanwhile stay away, and what was merged of them is removed", async () => {
    const stored = await storeSome(6);
    const { log } = dataset.context;
    let commits = 0;
    const context = {
      ...dataset.context,
      log: {
        refresh: () => log.refresh(),
        async commit(build: Parameters<typeof log.commit>[0]) {
          if (commits++ === 0) await log.commit(() => ({ kind: "drop", add: [], remove: [stored[2]!.name] }));
          return log.commit(build);
        },
      },
    };
    await compactWhole(context);
    expect(commits).toBe(2);
    await expectAnswers(stored.filter((_, i) => i !== 2));
    expect(filesIn("base")).toHaveLength((await namesOf()).length);
  });

  test("what is stored while it runs stays", async () => {
    const stored = await storeSome(6);
    const { log } = dataset.context;
    let late: PartRecord | undefined;
    const context = {
      ...dataset.context,
      log: {
        refresh: () => log.refresh(),
        async commit(build: Parameters<typeof log.commit>[0]) {
          late ??= await dataset.store(randomTold({ random: seededRandom(5), ids, age: 19.5, distinct: 77 }));
          return log.commit(build);
        },
      },
    };
    await compactWhole(context);
    expect(await namesOf()).toContain(late!.name);
    await expectAnswers([...stored, late!]);
  });

  test("an epoch so old that it should have been refused makes a merge begin again that counted on there being none", async () => {
    const at = (age: number) => (now - age * hour) * 1000;
    const stored = [
      await dataset.store([
        { kind: "rows", sequence: at(50), fetchedAt: now - 50 * hour, columns: ["a"], keys: setOf(ids) },
      ]),
      await dataset.store([{ kind: "invalid", sequence: at(40), at: now - 40 * hour }]),
    ];
    const { log } = dataset.context;
    const context = {
      ...dataset.context,
      log: {
        refresh: () => log.refresh(),
        async commit(build: Parameters<typeof log.commit>[0]) {
          if (stored.length === 2) {
            const fetched = { sequence: at(45), fetchedAt: now - 45 * hour };
            stored.push(await dataset.store([{ kind: "rows", ...fetched, columns: ["b"], keys: setOf(ids) }]));
          }
          return log.commit(build);
        },
      },
    };
    await compactWhole(context);
    await expectAnswers(stored);
  });
});
