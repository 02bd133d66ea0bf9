import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource } from "@larder/core";
import { type Compression, encodeParquet, openParquet, openParquetFile } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDuckdb } from "../support/duckdb.js";
import { seededRandom } from "../support/random-table.js";

const rows = 150_000;
let folder: string;

/** Files whose pages are decompressed in threads, copied where they are stored almost as they are, and not compressed at all. */
const files: { readonly name: string; readonly path: string; readonly expected: string }[] = [];

/** Numbers, noise, texts, repeated texts and nulls. */
function tableOf(salt: number): arrow.Table {
  const random = seededRandom(salt);
  const words = Array.from({ length: 300 }, (_, i) => `word ${i * salt} ${"x".repeat(i % 13)}`);
  const text = Array.from({ length: rows }, (_, i) =>
    i % 9 === salt % 9 ? null : `${words[i % 300]}-${Math.floor(random() * 1e9)}`,
  );
  return new arrow.Table({
    count: arrow.makeVector(Int32Array.from({ length: rows }, (_, i) => i * salt)),
    noise: arrow.makeVector(Float64Array.from({ length: rows }, random)),
    text: arrow.vectorFromArray(text, new arrow.Utf8()),
    word: arrow.vectorFromArray(
      Array.from({ length: rows }, () => words[Math.floor(random() * 300)]!),
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16() as never),
    ),
  });
}

async function read(path: string): Promise<arrow.Table> {
  const table = await openParquetFile(path);
  try {
    return await table.scan().toArrow();
  } finally {
    await table.close();
  }
}

/** A digest of all buffers of a table. */
function digestOf(table: arrow.Table): string {
  const hash = createHash("sha1");
  const add = (data: arrow.Data): void => {
    hash.update(`${data.type} ${data.length} ${data.nullCount};`);
    for (const part of [data.values, data.valueOffsets, data.nullBitmap] as (ArrayBufferView | undefined)[]) {
      if (part) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
    for (const piece of data.dictionary?.data ?? []) add(piece);
  };
  for (let i = 0; i < table.numCols; i++) for (const data of table.getChildAt(i)!.data) add(data);
  return hash.digest("hex");
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-reads-"));
  const add = async (name: string, bytes: Uint8Array): Promise<void> => {
    const path = join(folder, `${name}.parquet`);
    await writeFile(path, bytes);
    // The general way for all bytes in one piece.
    const expected = await openParquet(bytesSource(bytes), { direct: false }).scan().toArrow();
    files.push({ name, path, expected: digestOf(expected) });
  };
  for (const [i, compression] of (["snappy", "lz4", "gzip", "none"] satisfies Compression[]).entries()) {
    await add(compression, (await encodeParquet(tableOf(i + 3), { compression, pageRows: 20_000 })).bytes);
  }
  const duckdb = await openDuckdb();
  for (const codec of ["snappy", "uncompressed", "lz4_raw"]) {
    const path = join(folder, `duckdb-${codec}.parquet`);
    await duckdb.run(
      `COPY (SELECT i, hash(i * ${codec.length}) AS noise, 'value ' || hash(i) AS text, CASE WHEN i % 7 = 0 THEN NULL ELSE ` +
        `'word ' || (hash(i) % 50 + i // 30000 * ${codec.length}) END AS word FROM range(${rows}) t(i)) ` +
        `TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE 30720)`,
    );
    await add(`again-${codec}`, await readFile(path));
  }
  duckdb.close();
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("tables read into memory that is used again", () => {
  test("are the same when several are read at once", async () => {
    const found = await Promise.all([...files, ...files].map(({ path }) => read(path)));
    for (const [i, table] of found.entries()) {
      const { name, expected } = files[i % files.length]!;
      expect(`${name} ${digestOf(table)}`).toBe(`${name} ${expected}`);
    }
  });

  test("stay as they are while others are read", async () => {
    const held: arrow.Table[] = [];
    for (const { path } of files) held.push(await read(path));
    for (let round = 0; round < 2; round++) for (const { path } of [...files].reverse()) await read(path);
    for (const [i, table] of held.entries()) {
      const { name, expected } = files[i]!;
      expect(`${name} ${digestOf(table)}`).toBe(`${name} ${expected}`);
    }
  });

  test("are the same while others fail", async () => {
    const broken = await Promise.all(
      files.map(async ({ path }) => {
        const bytes = await readFile(path);
        bytes.fill(0xee, bytes.byteLength >> 1, (bytes.byteLength >> 1) + 5000);
        await writeFile(`${path}.broken`, bytes);
        return `${path}.broken`;
      }),
    );
    const [failed, found] = await Promise.all([
      Promise.allSettled(broken.map(read)),
      Promise.all(files.map(({ path }) => read(path))),
    ]);
    expect(failed.filter(({ status }) => status === "rejected").length).toBeGreaterThan(3);
    for (const [i, table] of found.entries()) {
      const { name, expected } = files[i]!;
      expect(`${name} ${digestOf(table)}`).toBe(`${name} ${expected}`);
    }
  });
});
