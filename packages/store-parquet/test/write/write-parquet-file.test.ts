import { execFileSync } from "node:child_process";
import {
  chmod,
  type FileHandle,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { encodeParquet, openParquetFile, writeParquetFile } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pieceWriter, restOf, writePieces } from "../../src/write/write-pieces.js";
import { startProgram } from "./support/start-program.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-write-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const numbers = (...values: number[]): arrow.Table => arrow.tableFromArrays({ n: Int32Array.from(values) });

async function readNumbers(path: string): Promise<number[]> {
  const table = await openParquetFile(path);
  const { n } = await table.scan().toColumns();
  await table.close();
  return Array.from(n as Int32Array);
}

describe("writing a file", () => {
  test("makes it, with what was written", async () => {
    const path = join(folder, "numbers.parquet");
    const written = await writeParquetFile(path, { batches: [numbers(1, 2), numbers(3)] });
    expect(written).toEqual({ rows: 3, columns: 1, byteLength: (await stat(path)).size });
    expect(await readNumbers(path)).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual(["numbers.parquet"]);
  });

  test("takes the place of an earlier one only when it is complete", async () => {
    const path = join(folder, "numbers.parquet");
    await writeParquetFile(path, { batches: [numbers(1)] });
    async function* batches(): AsyncGenerator<arrow.Table> {
      yield numbers(2, 3);
      expect(await readNumbers(path)).toEqual([1]);
      expect((await readdir(folder)).length).toBe(2);
      yield numbers(4);
    }
    await writeParquetFile(path, { batches: batches() }, { rowGroupRows: 1 });
    expect(await readNumbers(path)).toEqual([2, 3, 4]);
    expect(await readdir(folder)).toEqual(["numbers.parquet"]);
  });

  test("through a link replaces what the link points at", async () => {
    await mkdir(join(folder, "real"));
    await writeFile(join(folder, "real", "a.parquet"), "old");
    await symlink(join(folder, "real", "a.parquet"), join(folder, "link.parquet"));
    await writeParquetFile(join(folder, "link.parquet"), { batches: [numbers(7)] });
    expect(await readNumbers(join(folder, "real", "a.parquet"))).toEqual([7]);
    expect(await readdir(join(folder, "real"))).toEqual(["a.parquet"]);
  });
});

describe("writing a table", () => {
  test("makes a file of it as encodeParquet has it: without levels where there is no null", async () => {
    const path = join(folder, "numbers.parquet");
    const table = numbers(1, 2, 3);
    const { bytes } = await encodeParquet(table);
    for (const sync of [true, false]) {
      expect(await writeParquetFile(path, table, { sync })).toEqual({
        rows: 3,
        columns: 1,
        byteLength: bytes.byteLength,
      });
      expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
    }
    expect(await readdir(folder)).toEqual(["numbers.parquet"]);
  });

  test("that can't be stored leaves nothing", async () => {
    const union = new arrow.SparseUnion([0], [new arrow.Field("a", new arrow.Int32())]);
    const table = new arrow.Table(new arrow.Schema([new arrow.Field("u", union)]));
    const failed = writeParquetFile(join(folder, "u.parquet"), table);
    await expect(failed).rejects.toMatchObject({ code: "unstorable-table" });
    expect(await readdir(folder)).toEqual([]);
  });

  test("that is aborted leaves nothing", async () => {
    const failed = writeParquetFile(join(folder, "a.parquet"), numbers(1), {
      signal: AbortSignal.abort(new Error("enough")),
    });
    await expect(failed).rejects.toThrow("enough");
    expect(await readdir(folder)).toEqual([]);
  });
});

describe("writing a file that fails leaves nothing", () => {
  const failures: [string, () => AsyncGenerator<arrow.Table>, RegExp][] = [
    [
      "the source throws",
      async function* () {
        yield numbers(1, 2, 3);
        throw new Error("the source broke");
      },
      /the source broke/,
    ],
    [
      "a part has other columns",
      async function* () {
        yield numbers(1, 2, 3);
        yield arrow.tableFromArrays({ other: Int32Array.of(1) });
      },
      /differs in column 0/,
    ],
    ["there is no part", async function* () {}, /no part and no schema/],
  ];

  test.each(failures)("when %s", async (_, batches, message) => {
    const path = join(folder, "numbers.parquet");
    const write = () => writeParquetFile(path, { batches: batches() }, { rowGroupRows: 1 });
    await expect(write()).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual([]);
    await writeFile(path, "an earlier file");
    await expect(write()).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual(["numbers.parquet"]);
    expect(await readFile(path, "utf8")).toBe("an earlier file");
  });

  test("when it is aborted, at any moment", async () => {
    for (const at of [0, 1, 5]) {
      const controller = new AbortController();
      async function* batches(): AsyncGenerator<arrow.Table> {
        for (let i = 0; i < 8; i++) {
          if (i === at) controller.abort(new Error("enough"));
          yield numbers(i);
        }
      }
      const path = join(folder, "numbers.parquet");
      const written = writeParquetFile(path, { batches: batches() }, { rowGroupRows: 1, signal: controller.signal });
      await expect(written).rejects.toThrow("enough");
      expect(await readdir(folder)).toEqual([]);
    }
  });

  test("when the directory is missing, or a directory has the name", async () => {
    const error = { code: "write-failed", facts: expect.objectContaining({ reason: "ENOENT" }) };
    await expect(writeParquetFile(join(folder, "no", "a.parquet"), { batches: [numbers(1)] })).rejects.toMatchObject(
      error,
    );
    await mkdir(join(folder, "taken"));
    await expect(writeParquetFile(join(folder, "taken"), { batches: [numbers(1)] })).rejects.toMatchObject({
      code: "write-failed",
    });
    expect(await readdir(folder)).toEqual(["taken"]);
  });

  test("when the directory may not be written", async (ctx) => {
    const closed = join(folder, "closed");
    await mkdir(closed);
    const isRoot = process.getuid?.() === 0;
    // Root may write everywhere but to what is mounted for reading alone.
    if (isRoot) {
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", closed], { stdio: "ignore" });
      } catch {
        ctx.skip("needs a user other than root, or one who may mount");
      }
    } else await chmod(closed, 0o500);
    try {
      await expect(writeParquetFile(join(closed, "a.parquet"), { batches: [numbers(1)] })).rejects.toMatchObject({
        code: "write-failed",
      });
    } finally {
      if (isRoot) execFileSync("umount", [closed], { stdio: "ignore" });
      else await chmod(closed, 0o700);
    }
  });

  test("when the disk is full, and says so", async (ctx) => {
    const mount = join(folder, "small");
    await mkdir(mount);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", mount], { stdio: "ignore" });
    } catch {
      ctx.skip("needs the right to mount a small file system (root)");
    }
    try {
      const path = join(mount, "numbers.parquet");
      await writeParquetFile(path, { batches: [numbers(1)] });
      async function* many(): AsyncGenerator<arrow.Table> {
        for (let i = 0; i < 50; i++) yield arrow.tableFromArrays({ n: new Int32Array(50_000).fill(i) });
      }
      await expect(writeParquetFile(path, { batches: many() }, { rowGroupRows: 10_000 })).rejects.toMatchObject({
        code: "disk-full",
        facts: { path, reason: "ENOSPC" },
      });
      expect(await readdir(mount)).toEqual(["numbers.parquet"]);
      expect(await readNumbers(path)).toEqual([1]);
    } finally {
      execFileSync("umount", [mount]);
    }
  });
});

test("a process that is killed while it writes leaves the file as it was, and at most a temporary one", async () => {
  const path = join(folder, "numbers.parquet");
  await writeParquetFile(path, { batches: [numbers(1)] });
  for (const batches of [1, 4, 20]) {
    const { child, ended, lines } = startProgram("endless-writer", [path]);
    let seen = 0;
    for await (const line of lines) {
      expect(line).toBe("batch");
      if (++seen === batches) break;
    }
    child.kill("SIGKILL");
    expect((await ended).signal).toBe("SIGKILL");
    expect(await readNumbers(path)).toEqual([1]);
    const others = (await readdir(folder)).filter((name) => name !== "numbers.parquet");
    for (const name of others) expect(name).toMatch(/^\.larder-[0-9a-f]{16}\.tmp$/);
    expect(others).toHaveLength(1);
    for (const name of others) await rm(join(folder, name));
  }
});

describe("the pieces of a file", () => {
  /** A file that takes what it is given, whenever it is told to. */
  function slowFile() {
    const groups: (readonly Uint8Array[])[] = [];
    const waiting: ((error?: Error) => void)[] = [];
    const handle = {
      writev(pieces: readonly Uint8Array[]) {
        groups.push(pieces);
        const bytesWritten = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
        return new Promise((resolve, reject) => {
          waiting.push((error) => (error ? reject(error) : resolve({ bytesWritten })));
        });
      },
    } as unknown as FileHandle;
    return { handle, groups, waiting };
  }

  test("go to the file system in groups that it takes, one at a time, all of them, in order", async () => {
    const pieces = Array.from({ length: 4500 }, (_, i) => new Uint8Array(i % 3 === 0 ? 20_000 : 1).fill(i));
    const { handle, groups, waiting } = slowFile();
    const writer = pieceWriter(handle);
    let ended: number | undefined;
    const done = (async () => {
      for (let i = 0; i < pieces.length; i += 700) await writer.add(pieces.slice(i, i + 700));
      ended = await writer.end();
    })();
    while (ended === undefined) {
      await setImmediate();
      expect(waiting.length).toBeLessThanOrEqual(1);
      waiting.pop()?.();
    }
    await done;
    expect(groups.flat().length).toBe(pieces.length);
    expect(groups.flat().every((piece, i) => piece === pieces[i])).toBe(true);
    expect(groups.length).toBeGreaterThan(5);
    for (const group of groups) {
      expect(group.length).toBeLessThanOrEqual(1000);
      expect(group.reduce((sum, piece) => sum + piece.byteLength, 0)).toBeLessThan(5_000_000);
    }
    expect(ended).toBe(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  });

  test("are taken while an earlier write is under way, and what that throws is thrown then, or at the end", async () => {
    const large = new Uint8Array(5_000_000);
    for (const next of ["add", "end"] as const) {
      const { handle, groups, waiting } = slowFile();
      const writer = pieceWriter(handle);
      await writer.add([large]);
      await writer.add([Uint8Array.of(1)]);
      expect(groups.map((group) => group.length)).toEqual([1]);
      waiting.pop()!(new Error("no room"));
      await writer.settle();
      await expect(next === "add" ? writer.add([large]) : writer.end()).rejects.toThrow("no room");
      expect(groups.length).toBe(1);
    }
  });

  test("none make no write", async () => {
    const { handle, groups } = slowFile();
    expect(await pieceWriter(handle).end()).toBe(0);
    expect(groups).toEqual([]);
  });

  test("that are under way can be waited for", async () => {
    const { handle, waiting } = slowFile();
    const writer = pieceWriter(handle);
    await writer.add([new Uint8Array(5_000_000)]);
    let isSettled = false;
    const settled = writer.settle().then(() => {
      isSettled = true;
    });
    await setImmediate();
    expect(isSettled).toBe(false);
    waiting.pop()!();
    await settled;
  });

  test("go on where a write stopped", () => {
    const pieces = [Uint8Array.of(1, 2, 3), Uint8Array.of(4), Uint8Array.of(5, 6)];
    for (let done = 0; done <= 6; done++) {
      expect(restOf(pieces, done).flatMap((piece) => [...piece])).toEqual([1, 2, 3, 4, 5, 6].slice(done));
      expect(restOf(pieces, done).every((piece) => piece.byteLength > 0)).toBe(true);
    }
  });

  test("are written to the last byte, however few the file system takes at once", async () => {
    const taken: number[] = [];
    const handle = {
      async writev(pieces: readonly Uint8Array[]) {
        const some = Math.min(
          3,
          pieces.reduce((sum, piece) => sum + piece.byteLength, 0),
        );
        taken.push(...pieces.flatMap((piece) => [...piece]).slice(0, some));
        return { bytesWritten: some };
      },
    } as unknown as FileHandle;
    const pieces = [Uint8Array.of(1, 2), Uint8Array.of(3, 4, 5, 6, 7), Uint8Array.of(8)];
    expect(await writePieces(handle, pieces)).toBe(8);
    expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
