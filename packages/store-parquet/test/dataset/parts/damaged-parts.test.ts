import { appendFile, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { PartRecord } from "../../../src/dataset/part-record.js";
import { openPart } from "../../../src/dataset/parts/open-part.js";
import { readPartRecord } from "../../../src/dataset/parts/read-part-record.js";
import { readPartRange, readPartRows } from "../../../src/dataset/parts/read-part-rows.js";
import { writePart } from "../../../src/dataset/parts/write-part.js";
import { seededRandom } from "../../support/random-table.js";
import { rawValues } from "../../support/table-difference.js";
import { datasetFolder, type PartTable, rowsEpoch, someRows, withIds } from "./support/part-table.js";

let folder: ReturnType<typeof datasetFolder>;
beforeEach(() => {
  folder = datasetFolder();
});
afterEach(() => folder.remove());

const corruption = (path: string) =>
  expect.objectContaining({ code: "cache-corruption", facts: expect.objectContaining({ file: path }) });

function numbersAndTexts(rows: number): PartTable {
  const numbers = Float64Array.from({ length: rows }, (_, i) => Math.sin(i));
  const texts = Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : `row ${i}`));
  const kinds = Array.from({ length: rows }, (_, i) => `kind ${i % 3}`);
  return withIds(
    new arrow.Table({
      number: arrow.makeVector(numbers),
      text: arrow.vectorFromArray(texts, new arrow.Utf8()),
      kind: arrow.vectorFromArray(kinds, new arrow.Utf8()),
    }),
  );
}

async function written(part: PartTable): Promise<{ record: PartRecord; path: string }> {
  const record = await writePart({ directory: folder.path, place: "recent" }, { ...part, epochs: [rowsEpoch(part)] });
  return { record, path: join(folder.path, record.name) };
}

async function flip(path: string, at: number, bit: number): Promise<() => Promise<void>> {
  const file = await open(path, "r+");
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Uint8Array.of(byte[0]! ^ (1 << bit)), 0, 1, at);
  return async () => {
    await file.write(byte, 0, 1, at);
    await file.close();
  };
}

describe("a part with a byte that changed", () => {
  test("is told as damaged, or read without looking at it, and never gives other values", async () => {
    const part = numbersAndTexts(30_000);
    const { record, path } = await written(part);
    const names = ["the id", "number", "text", "kind"];
    const all = new Map(names.map((name) => [name, rawValues(part.table.getChild(name)!)]));
    const random = seededRandom(5);
    let [damaged, unseen] = [0, 0];
    for (let i = 0; i < 150; i++) {
      const repair = await flip(path, Math.floor(random() * record.byteLength), Math.floor(random() * 8));
      const opened = openPart(folder.path, record);
      const rows = someRows(30_000, i % 3 === 0 ? 0.5 : 0.0001, i);
      const asked = names.filter(() => random() < 0.4);
      const reading = i % 7 === 0 ? readPartRange(opened, asked, 10, 20) : readPartRows(opened, asked, rows);
      try {
        const found = await reading;
        unseen++;
        const numbers = i % 7 === 0 ? Int32Array.from({ length: 10 }, (_, row) => row + 10) : rows;
        for (const [name, data] of found) {
          expect(rawValues(new arrow.Vector([data]))).toEqual(Array.from(numbers, (row) => all.get(name)![row]));
        }
      } catch (error) {
        expect(error).toEqual(corruption(path));
        damaged++;
      }
      await opened.close();
      await repair();
    }
    expect(damaged).toBeGreaterThan(30);
    expect(unseen).toBeGreaterThan(30);
  });

  test("is no source of its record, whichever byte it is", async () => {
    const part = numbersAndTexts(40);
    const { record, path } = await written(part);
    for (let at = 0; at < record.byteLength; at += 3) {
      const repair = await flip(path, at, at % 8);
      await expect(readPartRecord(folder.path, record.name), `byte ${at}`).rejects.toEqual(corruption(path));
      await repair();
    }
    expect((await readPartRecord(folder.path, record.name)).checksum).toBe(record.checksum);
  });
});

describe("a part", () => {
  test("that was cut short, made longer, or replaced is told as damaged", async () => {
    const { record, path } = await written(numbersAndTexts(100));
    const bytes = await readFile(path);
    const changes: [string, () => Promise<void>][] = [
      ["cut", () => truncate(path, record.byteLength - 1)],
      ["longer", () => appendFile(path, "x")],
      ["empty", () => truncate(path, 0)],
      ["other", () => writeFile(path, Buffer.alloc(record.byteLength, "PAR1"))],
    ];
    for (const [what, change] of changes) {
      await change();
      const opened = openPart(folder.path, record);
      await expect(readPartRows(opened, ["number"], Int32Array.of(1)), what).rejects.toEqual(corruption(path));
      await expect(readPartRecord(folder.path, record.name), what).rejects.toEqual(corruption(path));
      await opened.close();
      await writeFile(path, bytes);
    }
  });

  test("of another name or place than it says is no part", async () => {
    const { record, path } = await written(numbersAndTexts(100));
    const name = record.name.replace("recent/", "base/");
    const other = join(folder.path, name);
    await writePart({ directory: folder.path, place: "base" }, { ...numbersAndTexts(1), epochs: [] });
    await writeFile(other, await readFile(path));
    await expect(readPartRecord(folder.path, name)).rejects.toEqual(corruption(other));
    for (const wrong of ["recent/../recent/x.parquet", "recent/x.parquet", "/etc/passwd", "../x"]) {
      await expect(readPartRecord(folder.path, wrong)).rejects.toMatchObject({ code: "cache-corruption" });
      const opened = openPart(folder.path, { ...record, name: wrong });
      await expect(readPartRows(opened, ["number"], Int32Array.of(1))).rejects.toMatchObject({
        code: "cache-corruption",
      });
    }
  });

  test("that tells of rows it does not hold is damaged", async () => {
    const [part, more] = [numbersAndTexts(100), numbersAndTexts(101)];
    const record = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [rowsEpoch(more)] });
    await expect(readPartRecord(folder.path, record.name)).rejects.toEqual(corruption(join(folder.path, record.name)));
  });

  test("that was taken away says so, unless it is open", async () => {
    const { record } = await written(numbersAndTexts(30_000));
    const reader = openPart(folder.path, record);
    await readPartRows(reader, ["number"], Int32Array.of(1));
    await rm(join(folder.path, record.name));
    expect((await readPartRows(reader, ["kind"], Int32Array.of(4))).get("kind")!.length).toBe(1);
    await reader.close();
    await reader.close();
    const late = openPart(folder.path, record);
    await expect(readPartRows(late, ["number"], Int32Array.of(1))).rejects.toMatchObject({ code: "part-gone" });
    await late.close();
    await expect(readPartRows(reader, ["text"], Int32Array.of(1))).rejects.toMatchObject({ code: "closed-part" });
    await expect(readPartRecord(folder.path, record.name)).rejects.toMatchObject({ code: "part-gone" });
  });

  test("can be closed while it is read", async () => {
    const { record } = await written(numbersAndTexts(30_000));
    const opened = openPart(folder.path, record);
    const reading = readPartRows(opened, ["number", "text", "kind"], someRows(30_000, 0.5, 1)).then(
      () => "read",
      (error: { code: string }) => error.code,
    );
    await opened.close();
    expect(["read", "closed-part"]).toContain(await reading);
  });

  test("refuses columns and rows that it lacks", async () => {
    const { record } = await written(numbersAndTexts(100));
    const opened = openPart(folder.path, record);
    await expect(readPartRows(opened, ["nothing"], Int32Array.of(1))).rejects.toMatchObject({ code: "unknown-column" });
    for (const rows of [[100], [-1], [2, 1], [1, 1]]) {
      await expect(readPartRows(opened, ["number"], Int32Array.from(rows))).rejects.toMatchObject({
        code: "invalid-option",
      });
    }
    for (const [start, end] of [
      [-1, 2],
      [0, 101],
      [5, 4],
      [0.5, 2],
    ] as const) {
      await expect(readPartRange(opened, ["number"], start, end)).rejects.toMatchObject({ code: "invalid-option" });
    }
    await opened.close();
  });
});
