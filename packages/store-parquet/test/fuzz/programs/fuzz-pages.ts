import { openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import { type BlobSource, col, LarderError, type TableScan } from "@larder/core";
import { openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { setAllocationLimit } from "../../../src/format/allocation-limit.js";
import { seededRandom } from "../../support/random-table.js";
import { rawValues, tableDifference } from "../../support/table-difference.js";
import type { FuzzedColumn } from "../support/fuzz-pool.js";
import type { FuzzReport } from "../support/fuzz-report.js";
import { type Mutation, mutateAround, mutatePage } from "../support/mutate.js";

// Arguments: folder of the pool, file for progress, seed, first case, case after the last.
const [folder = "", progress = "", ...numbers] = process.argv.slice(2);
const [seed, first, end] = numbers.map(Number) as [number, number, number];

/** One page or column may take so much; what a read holds altogether is a small multiple. */
const allocationLimit = 16 << 20;
const mostHeld = 4 * allocationLimit;
const codes =
  /^(damaged-parquet|not-parquet|unsupported-parquet|unsupported-column|unknown-column|duplicate-column|column-too-large|foreign-limit|newer-format|invalid-filter)$/;

type Reading = (scan: TableScan<Table>) => TableScan<Table>;
type NamedReading = readonly [name: string, reading: Reading];

const pool = JSON.parse(readFileSync(join(folder, "columns.json"), "utf8")) as FuzzedColumn[];
const files = new Map(pool.map(({ file }) => [file, new Uint8Array(readFileSync(join(folder, file)))]));
const progressFile = openSync(progress, "w");
const sound = new Map<string, Table | Error>();
let scattered = 0;

setAllocationLimit(allocationLimit);
const report = await fuzz();
process.stdout.write(JSON.stringify(report));

async function fuzz(): Promise<FuzzReport> {
  const outcomes: Record<string, number> = {};
  const errors: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const failures: string[] = [];
  const alone: string[] = [];
  let [pages, scatteredCases, heldBytes] = [0, 0, 0];
  for (let i = first; i < end; i++) {
    writeSync(progressFile, String(i).padEnd(12), 0);
    const random = seededRandom(Math.imul(seed, 31) + i);
    const target = pool[Math.floor(random() * pool.length)]!;
    const bytes = files.get(target.file)!;
    // Every fifth case is about what lies around the pages.
    const isPage = i % 5 !== 4;
    const mutation = isPage
      ? mutatePage(bytes, target.spans, random)
      : mutateAround(bytes, target.spans, target.footer, random);
    if (isPage) pages++;
    const [name, reading] = readingFor(target, random);
    const what = `case ${i}: ${target.name}, ${mutation.kind} in ${mutation.place}, ${name}`;
    const general = await read(mutation.bytes, false, reading);
    const before = getHeapStatistics().external_memory;
    scattered = 0;
    const direct = await read(mutation.bytes, true, reading);
    heldBytes = Math.max(heldBytes, getHeapStatistics().external_memory - before);
    if (scattered > 0) scatteredCases++;
    const [outcome, failure] = await judged(general, direct, target, mutation, bytes, [name, reading]);
    add(outcomes, outcome);
    add(kinds, `${mutation.place} ${outcome}`);
    if (direct instanceof Error) add(errors, codeOf(direct));
    if (outcome.endsWith("alone refuses") && alone.length < 40)
      alone.push(`${what}: ${outcome}: ${general instanceof Error ? general : direct}`.slice(0, 300));
    if (failure) failures.push(`${what}: ${failure}`);
    if (failures.length >= 20) break;
  }
  if (heldBytes > mostHeld) failures.push(`a read held ${heldBytes} bytes`);
  const cpuSeconds = process.cpuUsage().user / 1e6;
  const peakMegabytes = process.resourceUsage().maxRSS / 1024;
  return {
    cases: end - first,
    pages,
    scatteredCases,
    outcomes,
    errors,
    kinds,
    failures,
    alone,
    heldBytes,
    peakMegabytes,
    cpuSeconds,
  };
}

async function judged(
  general: Table | Error,
  direct: Table | Error,
  target: FuzzedColumn,
  mutation: Mutation,
  bytes: Uint8Array,
  [name, reading]: NamedReading,
): Promise<[outcome: string, failure?: string]> {
  for (const [way, error] of Object.entries({ general, direct })) {
    if (error instanceof Error && !codes.test(codeOf(error))) return ["failed", `${way}: ${error.stack}`];
  }
  const isError = (found: Table | Error): found is Error => found instanceof Error;
  if (!isError(direct)) {
    const original = await soundly(target, bytes, name, reading);
    if (isError(original)) return ["failed", `the sound file is refused: ${original}`];
    const change = tableDifference(original, direct);
    if (change && mutation.isInBody && target.hasChecksums) return ["failed", `a checksum was not heeded: ${change}`];
    if (isError(general)) {
      // Of rows that are looked up, values may be read beside which something else is damaged. Whole columns hold it.
      const isOther = JSON.stringify(valuesOf(original)) !== JSON.stringify(valuesOf(direct));
      if (isOther && name.startsWith("whole")) {
        return ["failed", `direct alone reads it, and otherwise: ${change}; general: ${general.message}`];
      }
      if (change?.endsWith("no such entry")) return ["failed", `direct alone reads it: ${change}`];
      return ["general alone refuses"];
    }
    const difference = tableDifference(general, direct);
    if (difference) return ["failed", `general and direct differ: ${difference}`];
    return [change ? "changed alike" : "same"];
  }
  return [isError(general) ? "refused" : "direct alone refuses"];
}

/** Without names and metadata, which a footer may have lost. */
function valuesOf(table: Table): (string | null)[][] {
  return table.schema.fields.map((_, i) => rawValues(table.getChildAt(i)!));
}

/** What the sound file gives; whole columns are kept. */
async function soundly(
  target: FuzzedColumn,
  bytes: Uint8Array,
  name: string,
  reading: Reading,
): Promise<Table | Error> {
  if (!name.startsWith("whole")) return read(bytes, false, reading);
  const place = `${target.file} ${name}`;
  const kept = sound.get(place) ?? (await read(bytes, false, reading));
  sound.set(place, kept);
  return kept;
}

/** The column whole, in part, or of rows that are looked up. */
function readingFor({ column, key, rows }: FuzzedColumn, random: () => number): NamedReading {
  const draw = random();
  const below = (most: number) => Math.floor(random() * most);
  const columns = key && random() < 0.2 ? [column, key] : [column];
  if (draw < 0.6 || (draw < 0.85 && !key)) return [`whole ${columns}`, (scan) => scan.select(columns)];
  if (draw < 0.85) {
    const wanted = Array.from({ length: 1 + below(6) }, () => below(rows));
    return [`key in ${wanted}`, (scan) => scan.where(col(key!).in(wanted)).select(columns)];
  }
  const [start, length] = [below(rows), 1 + below(40)];
  if (draw < 0.93) return [`rows from ${start}, ${length}`, (scan) => scan.select(columns).slice(start, length)];
  return [`${length} by chance`, (scan) => scan.select(columns).sample(length, { seed: start })];
}

async function read(bytes: Uint8Array, direct: boolean, reading: Reading): Promise<Table | Error> {
  try {
    return await reading(openParquet(sourceOf(bytes), { direct }).scan() as TableScan<Table>).toArrow();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A source as a file is one, which counts what is asked of it. */
function sourceOf(bytes: Uint8Array): BlobSource {
  const check = (start: number, stop: number): void => {
    if (!(Number.isInteger(start) && start >= 0 && stop >= start && stop <= bytes.length)) {
      throw new Error(`range ${start}…${stop} was asked of ${bytes.length} bytes`);
    }
  };
  return {
    byteLength: bytes.length,
    blockBytes: 64,
    slice(start, stop = bytes.length) {
      check(start, stop);
      return bytes.subarray(start, stop);
    },
    readInto(start, targets) {
      scattered++;
      let at = start;
      for (const target of targets) {
        check(at, at + target.length);
        target.set(bytes.subarray(at, at + target.length));
        at += target.length;
      }
    },
  };
}

function codeOf(error: Error): string {
  return LarderError.isInstance(error) ? error.code : error.name;
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
