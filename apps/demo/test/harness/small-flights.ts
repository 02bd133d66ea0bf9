import { writeFile } from "node:fs/promises";
import { encodeParquet } from "@larder/store-parquet";
import { flightsTable } from "../../src/flights/flights-table.js";

/**
 * Writes a Parquet file of made-up flights: six airports, four months, delays from −60 to 239 minutes.
 *
 * @param random - numbers from 0 to 1
 */
export async function writeSmallFlights(path: string, rows: number, random: () => number): Promise<void> {
  const names = ["JFK", "BOS", "SEA", "DEN", "PHX", "JNU"];
  const firstDay = Date.UTC(2001, 0, 1) / 86_400_000;
  const whole = (from: number, count: number) =>
    Int32Array.from({ length: rows }, () => from + Math.floor(random() * count));
  const codes = (count: number) => Int16Array.from({ length: rows }, () => Math.floor(random() * count));
  const table = flightsTable({
    date: whole(firstDay, 120).sort(),
    delay: whole(-60, 300),
    distance: whole(50, 3000),
    origin: codes(3),
    destination: codes(6),
    originNames: names.slice(0, 3),
    destinationNames: names,
  });
  await writeFile(path, (await encodeParquet(table)).bytes);
}
