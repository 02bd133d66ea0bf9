import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openParquetFile, writeParquetFile } from "@larder/store-parquet";
import { describe, expect, it } from "vitest";
import { makePlainCache, sampleTable } from "../harness/make-caches.js";
import { larderJson, runLarder } from "../harness/run-larder.js";
import { workingFolder } from "../harness/working-folder.js";

const csv = 'id,name,score,count\n1,Ada,1.5,1\n9007199254740993,"say ""hi"", twice",NaN,\n-3,"",-0.25,3\n';

const jsonl = [
  '{"id":1,"name":"Ada","score":1.5,"count":1}',
  '{"id":9007199254740993,"name":"say \\"hi\\", twice","score":null,"count":null}',
  '{"id":-3,"name":"","score":-0.25,"count":3}',
  "",
].join("\n");

describe("larder head, schema and export", () => {
  it("shows the first rows, aligned, of what a name stands for", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    // By key, by the name of a managed table, by node.
    for (const entry of ["table:people", "people", "flights/clean"]) {
      const { stdout, exitCode } = await runLarder(["head", entry, "-r", "2"], { cwd });
      expect(exitCode).toBe(0);
      expect(stdout.split("\n").slice(0, 4)).toEqual([
        "              id  name             score  count",
        "               1  Ada                1.5      1",
        '9007199254740993  say "hi", twice    NaN      ·',
        expect.stringMatching(/^2 of 3 rows, 4 columns, [\d.]+ (KiB|B)$/),
      ]);
    }
  });

  it("gives rows and columns to programs", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    const head = await larderJson(["head", "people", "--columns", "name,count"], { cwd });
    expect(head).toMatchObject({
      rows: 3,
      columns: [{ name: "name" }, { name: "count", type: "Int32" }],
      head: [
        { name: "Ada", count: 1 },
        { name: 'say "hi", twice', count: null },
        { name: "", count: 3 },
      ],
    });
    const schema = await larderJson<{ columns: { name: string; type: string }[] }>(["schema", "people"], { cwd });
    expect(schema.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      "id: Int64",
      expect.stringMatching(/^name: /),
      "score: Float64",
      "count: Int32",
    ]);
  });

  it("exports every value as it is: CSV, JSON lines and Parquet", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    expect((await runLarder(["export", "people"], { cwd })).stdout).toBe(csv);
    expect((await runLarder(["export", "people", "--jsonl"], { cwd })).stdout).toBe(jsonl);
    const told = await larderJson(["export", "people", "-o", "people.csv"], { cwd });
    expect(told).toEqual({ file: join(cwd, "people.csv"), format: "csv", rows: 3, bytes: Buffer.byteLength(csv) });
    expect(await readFile(join(cwd, "people.csv"), "utf8")).toBe(csv);
    await runLarder(["export", "people", "-o", "people.parquet"], { cwd });
    const table = await openParquetFile(join(cwd, "people.parquet"));
    expect(String(await table.scan().toArrow())).toBe(String(sampleTable()));
    await table.close();
  });

  it("leaves an older file alone when the export fails, and no other behind", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    await writeFile(join(cwd, "out.csv"), "older");
    const { exitCode, stderr } = await runLarder(["export", "people", "-c", "nmae", "-o", "out.csv"], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("name");
    expect(await readFile(join(cwd, "out.csv"), "utf8")).toBe("older");
  });

  it("reads a Parquet file that a person names, in a process of its own", async () => {
    const cwd = await workingFolder();
    await writeParquetFile(join(cwd, "data.parquet"), { batches: [sampleTable()] });
    // The process of its own is started from the sources.
    expect((await runLarder(["export", "data.parquet"], { cwd, from: "source" })).stdout).toBe(csv);
    await writeFile(join(cwd, "data.parquet"), "PAR1 this is none PAR1");
    const { error } = await larderJson<{ error: { code: string } }>(["head", "data.parquet"], {
      cwd,
      from: "source",
      exitCode: 1,
    });
    expect(error.code).toMatch(/parquet/);
  });

  it("says what an entry is that is no table, and where it looked for one that is not there", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    expect(await larderJson(["head", "greeting"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "not-a-table", message: expect.stringContaining("value") },
    });
    expect(await larderJson(["head", "nothing"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "unknown-entry", message: expect.stringContaining(".cache/larder") },
    });
    expect((await runLarder(["export", "people", "--csv", "--jsonl"], { cwd })).exitCode).toBe(2);
    expect((await runLarder(["export", "people", "--json"], { cwd })).exitCode).toBe(2);
  });

  it("ends quietly when the reader of a pipe has seen enough", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    const run = await runLarder(["export", "people"], { cwd, onStart: (child) => child.stdout!.destroy() });
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await stat(cwd)).isDirectory()).toBe(true);
  });
});
