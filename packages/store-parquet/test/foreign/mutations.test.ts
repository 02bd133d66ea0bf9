import { readFileSync } from "node:fs";
import { bytesSource, LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foreignTable } from "../../src/foreign/foreign-table.js";
import { setAllocationLimit } from "../../src/format/allocation-limit.js";
import { openDuckdb } from "../support/duckdb.js";
import { polarsFrame } from "../support/polars.js";
import { keptTypes, makeTable, seededRandom } from "../support/random-table.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { tableDifference } from "../support/table-difference.js";
import { bundledChild } from "./support/bundled-child.js";

const long = process.env.LARDER_FAULTS_LONG === "1";
const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const perFile = long ? 2000 : 260;
const codes =
  /^(damaged-parquet|not-parquet|unsupported-parquet|unsupported-column|duplicate-column|column-too-large|foreign-limit|newer-format)$/;
const program = bundledChild();
let files: { name: string; bytes: Uint8Array; table: Table }[];

beforeAll(async () => {
  const made: [name: string, bytes: Uint8Array][] = [];
  const columns = Object.keys(keptTypes).map((type, i) => ({ type, name: `c${i}`, nulls: (i % 3) * 0.2 }));
  const ours = makeTable({ columns, batches: [120], cut: [0, 0], seed });
  made.push(["ours", (await encodeParquet(ours, { rowGroupRows: 70 })).bytes]);
  made.push(["ours, snappy", (await encodeParquet(ours, { rowGroupRows: 70, compression: "snappy" })).bytes]);
  const scratch = scratchFolder();
  const duckdb = await openDuckdb();
  const query = `SELECT range::INTEGER i, range * 7919 % 1000 l, 'text ' || range % 9 s, range / 3.0 d, [range, NULL, 3] li,
    {'a': range, 'b': 'x' || range} st, CASE WHEN range % 3 = 0 THEN NULL ELSE DATE '2020-01-01' + range::INTEGER END t,
    (range / 100)::DECIMAL(12, 2) de, range % 2 = 0 b FROM range(150)`;
  for (const [codec, version] of [
    ["uncompressed", "V1"],
    ["snappy", "V2"],
    ["gzip", "V2"],
    ["zstd", "V1"],
    ["brotli", "V2"],
    ["lz4_raw", "V1"],
  ]) {
    const path = scratch.path();
    await duckdb.run(`COPY (${query}) TO '${path}' (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION '${version}')`);
    made.push([`DuckDB, ${codec} ${version}`, new Uint8Array(readFileSync(path))]);
  }
  duckdb.close();
  const simple = ["int32", "int64", "float64", "utf8", "bool", "binary"];
  const plain = makeTable({
    columns: simple.map((type, i) => ({ type, name: `p${i}`, nulls: 0.2 })),
    batches: [150],
    cut: [0, 0],
    seed,
  });
  for (const compression of ["zstd", "lz4", "uncompressed"] as const) {
    const path = scratch.path();
    polarsFrame(plain).writeParquet(path, { compression });
    made.push([`Polars, ${compression}`, new Uint8Array(readFileSync(path))]);
  }
  scratch.remove();
  files = await Promise.all(
    made.map(async ([name, bytes]) => ({ name, bytes, table: await openParquet(bytesSource(bytes)).scan().toArrow() })),
  );
  setAllocationLimit(64 << 20);
});
afterAll(() => setAllocationLimit(Number.POSITIVE_INFINITY));

describe(`files with some bytes changed (seed ${seed})`, () => {
  test("are refused or read, and nothing else happens", async () => {
    const random = seededRandom(seed);
    const counts: Record<string, number> = {};
    let slowest = 0;
    for (const { name, bytes, table } of files) {
      for (let i = 0; i < perFile; i++) {
        const changed = mutated(bytes, random);
        const before = performance.now();
        const outcome = await outcomeOf(
          () => openParquet(bytesSource(changed)).scan().toArrow(),
          table,
          `${name} ${i}`,
        );
        slowest = Math.max(slowest, performance.now() - before);
        counts[outcome] = (counts[outcome] ?? 0) + 1;
      }
    }
    expect(slowest).toBeLessThan(8000);
    const { same = 0, different = 0, ...errors } = counts;
    expect(Object.keys(errors).filter((code) => !codes.test(code))).toEqual([]);
    // Parquet has no checksum that readers may rely on: other values without an error are why caches verify theirs first.
    console.info(`${files.length * perFile} changed files: ${JSON.stringify({ same, different, ...errors })}`);
    expect(errors["damaged-parquet"]).toBeGreaterThan(files.length * perFile * 0.3);
  }, 600_000);

  test("give the same error or table in a process of its own", async () => {
    const random = seededRandom(seed + 1);
    for (const { name, bytes, table } of files) {
      for (let i = 0; i < (long ? 40 : 1); i++) {
        const changed = mutated(bytes, random);
        const foreign = foreignTable(bytesSource(changed), {
          release: async () => {},
          program,
          limits: { megabytes: 512 },
        });
        const there = await outcomeOf(() => foreign.scan().toArrow(), table, name);
        await foreign.close();
        const here = await outcomeOf(() => openParquet(bytesSource(changed)).scan().toArrow(), table, name);
        expect([name, there]).toEqual([name, here]);
      }
    }
  }, 3_600_000);
});

/** Whether the table is the one it was, or the code of the error. An error of another kind fails the test. */
async function outcomeOf(read: () => Promise<Table>, expected: Table, what: string): Promise<string> {
  try {
    return tableDifference(expected, await read()) === undefined ? "same" : "different";
  } catch (error) {
    if (LarderError.isInstance(error)) return error.code;
    throw new Error(`${what}: ${error}`, { cause: error });
  }
}

/** The file with bytes flipped, overwritten or cut away: half of the time in the footer, where they do most. */
function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const below = (most: number): number => Math.floor(random() * most);
  const footer = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.byteLength - 8, true) + 8;
  if (random() < 0.05) return bytes.slice(0, below(bytes.byteLength));
  const changed = bytes.slice();
  const start = random() < 0.5 ? bytes.byteLength - footer : 0;
  const place = (): number => start + below(bytes.byteLength - 8 - start);
  const kind = random();
  if (kind < 0.5) for (let i = below(3); i >= 0; i--) changed[place()]! ^= 1 << below(8);
  else if (kind < 0.8)
    for (let i = below(4); i >= 0; i--) changed[place()] = [0, 1, 0x7f, 0x80, 0xff, below(256)][below(6)]!;
  else {
    const at = place();
    const to = Math.min(at + below(40), bytes.byteLength - 8);
    if (kind < 0.9) changed.fill(below(256), at, to);
    else changed.copyWithin(at, place(), to);
  }
  return changed;
}
