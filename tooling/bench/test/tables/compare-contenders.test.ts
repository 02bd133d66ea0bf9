import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compareContenders, type Place, requireSameAnswers } from "../../src/benchmarks/tables/compare-contenders.js";
import type { DataSet } from "../../src/benchmarks/tables/data-sets.js";
import type { Contender, Operation } from "../../src/benchmarks/tables/operations.js";
import { runCase } from "../../src/run-case.js";

const data: DataSet = {
  words: "3,000 rows",
  shape: "mixed",
  rows: 3000,
  runs: 2,
  idCounts: [10],
  goals: false,
  large: false,
  cold: ["lz4"],
  foreign: false,
  filterIn: false,
  nodeArguments: [],
};
const ours: Contender = { name: "ours", contender: "ours" };
const limit: Contender = { name: "arrow ipc", contender: "arrow-ipc" };
const full: Operation = { words: "full read", operation: "full", contenders: [ours, limit], file: "larder.parquet" };

const folder = mkdtempSync(join(tmpdir(), "larder-bench-test-"));
const said: string[] = [];
const place: Place = { folder, run: {}, say: (line) => said.push(line) };

async function generate(rows: number): Promise<void> {
  await runCase("tables/generate", {
    folder,
    shape: "mixed",
    rows,
    idCounts: data.idCounts,
    foreign: false,
    cold: data.cold,
  });
}

beforeAll(() => generate(data.rows));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a comparison of contenders", { timeout: 180_000 }, () => {
  it("measures each as often as asked, and says what it is doing", async () => {
    const { outputs, leftOut } = await compareContenders(data, full, place);
    expect([...outputs.keys()]).toEqual(["ours", "arrow ipc"]);
    for (const list of outputs.values()) {
      expect(list).toHaveLength(2);
      for (const output of list) {
        expect(Object.values(output.samples).flat()[0]).toBeGreaterThan(0);
        expect(output.peakMegabytes).toBeGreaterThan(20);
        expect(output.answer).toMatch(/^3000 rows/);
      }
    }
    expect(leftOut).toEqual([]);
    expect(said).toContain("3,000 rows: full read: run 2 of 2: arrow ipc");
  });

  it("reads what is verified, and what is compressed, as plain files are read", async () => {
    const once = { ...data, runs: 1 };
    const plain = (await compareContenders(once, full, place)).outputs.get("ours")![0]!.answer;
    const verified: Operation = { ...full, contenders: [{ ...ours, variant: "full verified" }, limit] };
    const cold: Operation = { ...full, file: "larder-lz4.parquet" };
    for (const operation of [verified, cold]) {
      const { outputs } = await compareContenders(once, operation, place);
      expect(outputs.get("ours")![0]!.answer).toBe(plain);
    }
  });

  it("leaves out who can't do it, and says why; but ours has to", async () => {
    const unable = { variant: "by magic" };
    const contenders = [ours, { ...limit, ...unable }];
    const { outputs, leftOut } = await compareContenders({ ...data, runs: 1 }, { ...full, contenders }, place);
    expect([...outputs.keys()]).toEqual(["ours"]);
    expect(leftOut).toEqual(['arrow ipc: Error: arrow-ipc has no way to do "by magic"']);
    await expect(compareContenders(data, { ...full, contenders: [{ ...ours, ...unable }] }, place)).rejects.toThrow(
      'ours has no way to do "by magic"',
    );
  });

  it("reads back what was written, and removes it", async () => {
    const write: Operation = { ...full, words: "write", operation: "write" };
    const { outputs, leftOut } = await compareContenders({ ...data, runs: 1 }, write, place);
    expect(leftOut).toEqual([]);
    for (const list of outputs.values()) expect(list[0]!.fileBytes).toBeGreaterThan(100_000);
    expect(readdirSync(folder).filter((name) => name.startsWith("written"))).toEqual([]);
  });

  it("fails, naming every answer, when one contender brings other values", async () => {
    await generate(2999);
    const other = join(folder, "larder.parquet");
    const shorter = readFileSync(other);
    await generate(data.rows);
    writeFileSync(other, shorter);
    await expect(compareContenders(data, full, place)).rejects.toThrow(
      /3,000 rows: full read: the contenders do not agree\.\n {2}ours: 2999 rows.*\n {2}arrow ipc: 3000 rows/,
    );
  });
});

describe("requireSameAnswers", () => {
  it("is content with one answer, or none", () => {
    expect(() => requireSameAnswers("a read", new Map())).not.toThrow();
    expect(() =>
      requireSameAnswers(
        "a read",
        new Map([
          ["ours", "1"],
          ["polars", "1"],
        ]),
      ),
    ).not.toThrow();
    expect(() =>
      requireSameAnswers(
        "a read",
        new Map([
          ["ours", "1"],
          ["polars", "2"],
        ]),
      ),
    ).toThrow("polars: 2");
  });
});
