/**
 * Streams ten million rows of eight columns (or as many rows as the first argument says) into a file, and prints time, size and
 * the peak of memory: `node --conditions=larder-source --import tsx bench/stream-memory.ts 10000000`
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeParquetFile } from "@larder/store-parquet";
import * as arrow from "apache-arrow";

const rows = Number(process.argv[2] ?? 10_000_000);
const batchRows = 50_000;

main();

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "larder-stream-"));
  try {
    // The first table loads Arrow and the writer: they are no part of what grows.
    await writeParquetFile(join(folder, "warm.parquet"), { batches: [batch(0)] });
    const before = process.memoryUsage.rss();
    const start = performance.now();
    const { byteLength } = await writeParquetFile(join(folder, "stream.parquet"), { batches: batches() });
    const megabytes = (bytes: number): number => Math.round(bytes / 1e6);
    console.log({
      rows,
      seconds: Math.round((performance.now() - start) / 100) / 10,
      fileMegabytes: megabytes(byteLength),
      rssBeforeMegabytes: megabytes(before),
      peakRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1000),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function* batches(): Generator<arrow.Table> {
  for (let start = 0; start < rows; start += batchRows) yield batch(start);
}

function batch(start: number): arrow.Table {
  const column = (type: arrow.DataType, data: ArrayBufferView, more = {}): arrow.Vector =>
    new arrow.Vector([arrow.makeData({ type, length: batchRows, data, ...more } as never)]);
  const texts = (textOf: (row: number) => string): arrow.Vector => {
    const bytes = Array.from({ length: batchRows }, (_, i) => Buffer.from(textOf(start + i)));
    const valueOffsets = new Int32Array(batchRows + 1);
    for (const [i, text] of bytes.entries()) valueOffsets[i + 1] = valueOffsets[i]! + text.byteLength;
    return column(new arrow.Utf8(), new Uint8Array(Buffer.concat(bytes)), { valueOffsets });
  };
  return new arrow.Table({
    id: column(
      new arrow.Int64(),
      BigInt64Array.from({ length: batchRows }, (_, i) => BigInt(start + i)),
    ),
    a: column(
      new arrow.Int32(),
      Int32Array.from({ length: batchRows }, (_, i) => (start + i) % 3001),
    ),
    x: column(
      new arrow.Float64(),
      Float64Array.from({ length: batchRows }, (_, i) => Math.sin(start + i)),
    ),
    y: column(
      new arrow.Float64(),
      Float64Array.from({ length: batchRows }, (_, i) => Math.cos(start + i)),
      { nullBitmap: new Uint8Array(batchRows / 8).fill(0xfe) },
    ),
    name: texts((row) => `name ${row % 5000}`),
    city: texts((row) => ["Warszawa", "London", "Paris", "New York"][row % 4]!),
    time: column(
      new arrow.TimestampMicrosecond(),
      BigInt64Array.from({ length: batchRows }, (_, i) => 978_307_200_000_000n + BigInt(start + i)),
    ),
    flag: column(new arrow.Bool(), new Uint8Array(batchRows / 8).fill(0x5a)),
  });
}
