import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CacheWarning } from "@larder/core";
import { describe, expect, test } from "vitest";
import { type DatasetFacts, makeDataset, readDataset } from "../../../src/dataset/log/dataset-file.js";
import { sampleDirectory, sampleLog } from "./support/sample-dataset.js";

const facts: DatasetFacts = { table: "a.käse \ud800", idColumn: "id", idKind: "int64", created: 1_764_000_000_000 };

describe("a dataset", () => {
  test("is made once, with an empty log, by one of many", async () => {
    const directory = join(sampleDirectory(), "a", "b");
    expect(await readDataset(directory)).toBeUndefined();
    const made = await Promise.all([1, 2, 3, 4].map((created) => makeDataset(directory, { ...facts, created })));
    const kept = await readDataset(directory);
    expect(made.filter(({ created }) => created === kept!.created).length).toBeGreaterThan(0);
    expect({ ...kept, created: 0 }).toEqual({ ...facts, created: 0 });
    expect(await makeDataset(directory, facts)).toEqual(kept);
    expect((await sampleLog(directory).refresh()).parts.size).toBe(0);
    expect(readdirSync(join(directory, "tmp"))).toEqual([]);
  });

  test.each([{ table: "a.b" }, { idColumn: "key" }, { idKind: "text" as const }])(
    "is refused as another one: %o",
    async (other) => {
      const directory = sampleDirectory();
      await makeDataset(directory, facts);
      await expect(makeDataset(directory, { ...facts, ...other })).rejects.toMatchObject({ code: "dataset-mismatch" });
    },
  );

  test("of a newer format is left as it is", async () => {
    const directory = sampleDirectory();
    writeFileSync(join(directory, "dataset.json"), JSON.stringify({ format: 2 }));
    await expect(readDataset(directory)).rejects.toMatchObject({ code: "newer-format" });
    await expect(makeDataset(directory, facts)).rejects.toMatchObject({ code: "newer-format" });
  });

  test("whose file is damaged is made again, with a warning", async () => {
    const directory = sampleDirectory();
    await makeDataset(directory, facts);
    const path = join(directory, "dataset.json");
    const text = readFileSync(path, "utf8");
    for (const damaged of [text.slice(0, 20), "", "[]", text.replace('"id"', '"ie"'), text.replace("int64", "text")]) {
      writeFileSync(path, damaged);
      await expect(readDataset(directory)).rejects.toMatchObject({ code: "damaged-log-file" });
      const warnings: CacheWarning[] = [];
      await makeDataset(directory, facts, { onWarning: (warning) => warnings.push(warning) });
      expect(warnings.map(({ code }) => code)).toEqual(["damaged-log"]);
      expect(await readDataset(directory)).toEqual(facts);
    }
    expect(existsSync(join(directory, "quarantine"))).toBe(true);
  });
});
