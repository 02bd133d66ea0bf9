import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openPart } from "../../../src/dataset/parts/open-part.js";
import { isPartName, ownerOfPart } from "../../../src/dataset/parts/part-name.js";
import { readPartRecord } from "../../../src/dataset/parts/read-part-record.js";
import { readPartRows } from "../../../src/dataset/parts/read-part-rows.js";
import { writePart } from "../../../src/dataset/parts/write-part.js";
import { openDuckdb } from "../../support/duckdb.js";
import { rawValues } from "../../support/table-difference.js";
import { startProgram } from "../../write/support/start-program.js";
import { datasetFolder, rowsEpoch, someRows, withIds } from "./support/part-table.js";

let folder: ReturnType<typeof datasetFolder>;
beforeEach(() => {
  folder = datasetFolder();
});
afterEach(() => folder.remove());

const numbers = (rows: number) =>
  withIds(new arrow.Table({ n: arrow.makeVector(Int32Array.from({ length: rows }, (_, i) => i)) }));

/** Every file of the dataset. */
async function files(): Promise<string[]> {
  const found = await readdir(folder.path, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe("a part that is written", () => {
  test("has a name that tells where it stands, its lowest key and whose it is; and only its owner may read it", async () => {
    const part = numbers(10);
    const recent = await writePart({ directory: folder.path, place: "recent" }, { ...part, epochs: [] });
    const low = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [] });
    const high = await writePart(
      { directory: folder.path, place: "base", durability: "power" },
      { ...withIds(part.table.select(["n"]), { first: 5n }), epochs: [] },
    );
    expect(recent.name).toMatch(/^recent\/[0-9a-f]{8}-/);
    expect(low.name).toMatch(/^base\/n0000000000000000040-/);
    expect(high.name).toMatch(/^base\/0000000000000000005-/);
    for (const { name } of [recent, low, high]) {
      expect(isPartName(name)).toBe(true);
      expect(ownerOfPart(name)).toBe("alive");
      if (process.platform !== "win32") expect((await stat(join(folder.path, name))).mode & 0o777).toBe(0o600);
    }
    expect(ownerOfPart(recent.name.replace(/-\d+-\d+-/, "-1-1-"))).toBe("dead");
    expect(ownerOfPart("recent/x.parquet")).toBeUndefined();
    expect(await readdir(join(folder.path, "tmp"))).toEqual([]);
  });

  test("tells in recent how new each row is, and nothing of it in base", async () => {
    const part = numbers(1000);
    const each = Float64Array.from({ length: 1000 }, (_, i) => 1_700_000_000_000_123 + (i % 7) * 2 ** 33);
    const wanted = Int32Array.of(0, 3, 999);
    for (const [sequences, expected] of [
      [each, Array.from(wanted, (row) => BigInt(each[row]!))],
      [2 ** 53 - 1, Array.from(wanted, () => 2n ** 53n - 1n)],
      [undefined, Array.from(wanted, () => 11n)],
    ] as const) {
      const content = { ...part, epochs: [rowsEpoch(part, 11)], ...(sequences !== undefined && { sequences }) };
      const record = await writePart({ directory: folder.path, place: "recent" }, content);
      const opened = openPart(folder.path, record);
      const data = (await readPartRows(opened, ["larder:sequence"], wanted)).get("larder:sequence")!;
      expect(Array.from(data.values as BigInt64Array)).toEqual(expected);
      expect(String(data.type)).toBe("Int64");
      expect(record.columns.map(({ name }) => name)).toEqual(["n"]);
      await opened.close();
    }
    const base = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [] });
    await expect(readPartRows(openPart(folder.path, base), ["larder:sequence"], wanted)).rejects.toMatchObject({
      code: "unknown-column",
    });
  });

  test("takes little more for a sequence that is the same for all", async () => {
    const part = numbers(50_000);
    const write = (place: "base" | "recent") => writePart({ directory: folder.path, place }, { ...part, epochs: [] });
    const more = (await write("recent")).byteLength - (await write("base")).byteLength;
    expect(more).toBeLessThan(51_500);
  });

  test("keeps texts that repeat once", async () => {
    const texts = Array.from({ length: 20_000 }, (_, i) =>
      i % 11 === 0 ? null : `a text that comes often ${i % 300}`,
    );
    for (const type of [new arrow.Utf8(), new arrow.LargeUtf8()]) {
      const part = withIds(new arrow.Table({ text: arrow.vectorFromArray(texts, type) }));
      const record = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [] });
      expect(record.byteLength).toBeLessThan(20_000 * 8 + 80_000);
      expect(record.columns).toEqual([{ name: "text", type: String(type) }]);
      const opened = openPart(folder.path, record);
      const rows = someRows(20_000, 0.1, 3);
      const data = (await readPartRows(opened, ["text"], rows)).get("text")!;
      const all = rawValues(part.table.getChild("text")!);
      expect(rawValues(new arrow.Vector([data]))).toEqual(Array.from(rows, (row) => all[row]));
      await opened.close();
    }
  });

  test("is plain Parquet to DuckDB", async () => {
    const rows = 3000;
    const texts = Array.from({ length: rows }, (_, i) => (i % 7 === 0 ? null : `é ${i % 100}`));
    const table = new arrow.Table({
      n: arrow.vectorFromArray(
        Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? null : i)),
        new arrow.Int32(),
      ),
      text: arrow.vectorFromArray(texts, new arrow.Utf8()),
      tags: arrow.vectorFromArray(
        Array.from({ length: rows }, (_, i) => [i, i + 1]),
        new arrow.List(new arrow.Field("item", new arrow.Int32(), true)),
      ),
    });
    const parts = [withIds(table, { first: 0n, name: "id" }), withIds(table, { first: 2n ** 62n, name: "id" })];
    for (const part of parts) {
      await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [rowsEpoch(part)] });
      await writePart({ directory: folder.path, place: "recent" }, { ...part, epochs: [rowsEpoch(part, 99)] });
    }
    const duckdb = await openDuckdb();
    try {
      const base = `read_parquet('${folder.path}/base/*.parquet')`;
      const found = await duckdb.rows(`SELECT id, n, text, tags[1] FROM ${base} ORDER BY id`);
      const expected = parts.flatMap(({ ids }) =>
        Array.from({ length: rows }, (_, i) => [ids[i], i % 3 === 0 ? null : i, texts[i], i]),
      );
      expect(found).toEqual(expected);
      const recent = `read_parquet('${folder.path}/recent/*.parquet')`;
      expect(await duckdb.rows(`SELECT DISTINCT "larder:sequence", count(*) OVER () FROM ${recent} LIMIT 1`)).toEqual([
        [99n, 6000n],
      ]);
    } finally {
      duckdb.close();
    }
  });
});

describe("nothing is left of a part", () => {
  test("whose rows contradict each other", async () => {
    const part = numbers(10);
    const target = { directory: folder.path, place: "recent" as const };
    const fewer = numbers(9);
    await expect(writePart(target, { ...part, keys: fewer.keys, epochs: [] })).rejects.toMatchObject({
      code: "invalid-part",
    });
    await expect(writePart(target, { ...part, epochs: [], sequences: new Float64Array(3) })).rejects.toMatchObject({
      code: "invalid-part",
    });
    await expect(
      writePart(target, { ...part, epochs: [{ kind: "invalid", sequence: Number.NaN, at: 0 }] }),
    ).rejects.toMatchObject({ code: "invalid-part" });
    const holes = new arrow.Table({ id: arrow.vectorFromArray([1n, null, 3n], new arrow.Int64()) });
    await expect(writePart(target, { table: holes, keys: withIds(holes).keys, epochs: [] })).rejects.toMatchObject({
      code: "null-in-required-column",
    });
    expect(await files()).toEqual([]);
  });

  test("where the dataset's folder can't be made", async () => {
    await writeFile(join(folder.path, "file"), "x");
    const target = { directory: join(folder.path, "file", "dataset"), place: "recent" as const };
    await expect(writePart(target, { ...numbers(10), epochs: [] })).rejects.toMatchObject({ code: "write-failed" });
    expect(await files()).toEqual(["file"]);
  });

  test("where its place is taken by something else", async () => {
    await writeFile(join(folder.path, "recent"), "x");
    await expect(
      writePart({ directory: folder.path, place: "recent" }, { ...numbers(10), epochs: [] }),
    ).rejects.toMatchObject({ code: "write-failed" });
    expect(await files()).toEqual(["recent"]);
  });

  test("when the disk is full, and the error says so", async (ctx) => {
    const mount = join(folder.path, "small");
    mkdirSync(mount);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], { stdio: "ignore" });
    } catch {
      ctx.skip("needs the right to mount a small file system (root)");
    }
    try {
      await mkdir(join(mount, "recent"));
      const content = { ...numbers(500_000), epochs: [] };
      await expect(writePart({ directory: mount, place: "recent" }, content)).rejects.toMatchObject({
        code: "disk-full",
      });
      expect(await files()).toEqual([]);
    } finally {
      execFileSync("umount", [mount]);
    }
  });

  test("by a process that is killed, but a file in tmp whose owner is dead", async () => {
    for (const parts of [2]) {
      const { child, ended, lines } = startProgram("../../dataset/parts/programs/endless-parts", [folder.path]);
      let seen = 0;
      for await (const line of lines) {
        expect(line).toBe("part");
        if (++seen === parts) break;
      }
      child.kill("SIGKILL");
      expect((await ended).signal).toBe("SIGKILL");
    }
    const names = await readdir(join(folder.path, "recent"));
    expect(names.length).toBeGreaterThanOrEqual(2);
    for (const name of names) expect((await readPartRecord(folder.path, `recent/${name}`)).keys.size).toBe(100_000);
    for (const name of await readdir(join(folder.path, "tmp"))) expect(ownerOfPart(name)).toBe("dead");
  });
});
