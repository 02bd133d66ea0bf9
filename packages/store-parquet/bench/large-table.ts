/**
 * Writes and reads a table of three million rows and five columns, in memory, and prints milliseconds, medians of five runs:
 * `node --conditions=larder-source --import tsx bench/large-table.ts`
 */
import { bytesSource } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";

const rows = 3_000_000;

main();

async function main(): Promise<void> {
  for (const compression of ["none", "snappy"] as const) {
    for (const nulls of [false, true]) await measure(compression, nulls);
  }
}

async function measure(compression: "none" | "snappy", nulls: boolean): Promise<void> {
  const table = flightsLike(nulls);
  const times = { write: [] as number[], readAll: [] as number[], twoOfFive: [] as number[], head20: [] as number[] };
  let size = 0;
  for (let run = 0; run < 5; run++) {
    const { bytes } = await timed(times.write, () => encodeParquet(table, { compression }));
    size = bytes.byteLength;
    const scan = () => openParquet(bytesSource(bytes)).scan();
    await timed(times.readAll, () => scan().toArrow());
    await timed(times.twoOfFive, () => scan().select(["delay", "origin"]).toArrow());
    await timed(times.head20, () => scan().head(20).toRows());
  }
  const medians = Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
  console.log({ compression, nulls, megabytes: Math.round(size / 1e5) / 10, ...medians });
}

async function timed<Result>(times: number[], run: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await run();
  times.push(performance.now() - start);
  return result;
}

function median(values: number[]): number {
  return Math.round(values.sort((left, right) => left - right)[values.length >> 1]! * 10) / 10;
}

function flightsLike(nulls: boolean): arrow.Table {
  let state = 1;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  const dictionary = arrow.vectorFromArray(
    Array.from({ length: 300 }, (_, i) => `AP${i}`),
    new arrow.Utf8(),
  );
  const places = new arrow.Dictionary(new arrow.Utf8(), new arrow.Uint16() as never);
  const nullBitmap = new Uint8Array(rows / 8).map((_, i) => (i % 50 === 0 ? 0xfe : 0xff));
  const column = (type: arrow.DataType, data: ArrayBufferView, more = {}): arrow.Vector =>
    new arrow.Vector([arrow.makeData({ type, length: rows, data, ...more } as never)]);
  return new arrow.Table({
    time: column(
      new arrow.TimestampMicrosecond(),
      BigInt64Array.from({ length: rows }, (_, i) => 978_307_200_000_000n + BigInt(i) * 1_000_000n),
    ),
    delay: column(
      new arrow.Int32(),
      Int32Array.from({ length: rows }, () => random(300) - 60),
      nulls ? { nullBitmap } : {},
    ),
    distance: column(
      new arrow.Int32(),
      Int32Array.from({ length: rows }, () => random(3000)),
    ),
    origin: column(
      places,
      Uint16Array.from({ length: rows }, () => random(300)),
      { dictionary },
    ),
    destination: column(
      places,
      Uint16Array.from({ length: rows }, () => random(300)),
      { dictionary },
    ),
  });
}
