import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { newFolder, removeFolder } from "@larder/app-shared/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { possibleFlights } from "../../src/flights/clean.js";
import { type FlightArrays, flightArrays, flightsTable } from "../../src/flights/flights-table.js";
import { readFlights } from "../../src/flights/read-flights.js";

const folder = newFolder("read-flights");
afterAll(() => removeFolder(folder));

// Twenty thousand made-up flights, some with a missing value, as an expression over the number of the row `i`.
const columns = {
  date: "TIMESTAMP '2000-02-27 22:30:00' + INTERVAL (i * 7) MINUTE",
  delay: "CASE WHEN i % 97 = 0 THEN NULL ELSE (i * 31) % 400 - 90 END",
  distance: "100 + (i * 13) % 2500",
  origin: "CASE WHEN i % 211 = 0 THEN NULL ELSE 'A' || (i % 40) END",
  destination: "'B' || (i % 60)",
};

/** A flight as text, `missing` when any of its values is. */
function told(flights: FlightArrays): string[] {
  return Array.from(flights.date, (day, row) => {
    if (flights.incomplete?.[row] === 1) return "missing";
    const names = [flights.originNames[flights.origin[row]!], flights.destinationNames[flights.destination[row]!]];
    return [
      new Date(day * 86_400_000).toISOString().slice(0, 10),
      flights.delay[row],
      flights.distance[row],
      ...names,
    ].join();
  });
}

describe("reading flights", () => {
  let expected: string[];
  const write = async (name: string, types: Partial<typeof columns>, format: string) => {
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    const selected = Object.entries(columns).map(([column, value]) => {
      const type = types[column as keyof typeof columns];
      return `${type === undefined ? value : `(${value})::${type}`} AS ${column}`;
    });
    // The order of the columns is not that of the table, and there is one more.
    const sql = `SELECT 'x' AS note, ${selected.reverse().join(", ")} FROM range(20000) AS rows(i)`;
    await connection.run(`COPY (${sql}) TO '${join(folder, name)}' (${format})`);
    connection.closeSync();
    instance.closeSync();
    return join(folder, name);
  };

  beforeAll(() => {
    expected = Array.from({ length: 20_000 }, (_, i) => {
      if (i % 97 === 0 || i % 211 === 0) return "missing";
      const day = new Date(Date.UTC(2000, 1, 27, 22, 30) + i * 7 * 60_000).toISOString().slice(0, 10);
      return [day, ((i * 31) % 400) - 90, 100 + ((i * 13) % 2500), `A${i % 40}`, `B${i % 60}`].join();
    });
  });

  it.each([
    ["plain", {}, "FORMAT parquet, COMPRESSION zstd"],
    ["milliseconds", { date: "TIMESTAMP_MS", delay: "SMALLINT", distance: "INTEGER" }, "FORMAT parquet"],
    ["nanoseconds", { date: "TIMESTAMP_NS", delay: "DOUBLE", distance: "FLOAT" }, "FORMAT parquet, COMPRESSION snappy"],
    ["days", { date: "DATE", distance: "USMALLINT" }, "FORMAT parquet, ROW_GROUP_SIZE 2048"],
  ])("understands Parquet with %s", async (name, types, format) => {
    expect(told(await readFlights(await write(`${name}.parquet`, types, format)))).toEqual(expected);
  });

  it("understands CSV, and finds in it what it finds in Parquet", async () => {
    expect(told(await readFlights(await write("flights.csv", {}, "FORMAT csv, HEADER")))).toEqual(expected);
  });

  it("names a column that holds something else than it should", async () => {
    const path = await write("wrong.parquet", { delay: "VARCHAR" }, "FORMAT parquet");
    await expect(readFlights(path)).rejects.toThrow(/Column delay of wrong\.parquet holds \w+, and it needs numbers\./);
  });

  it("brings flights through a table and back, also from a table in several batches", async () => {
    const flights = await readFlights(await write("again.parquet", {}, "FORMAT parquet"));
    const table = flightsTable(flights);
    expect(told(flightArrays(table))).toEqual(expected);
    const halves = table.slice(0, 7000).concat(table.slice(7000));
    expect(halves.batches.length).toBeGreaterThan(1);
    expect(told(flightArrays(halves))).toEqual(expected);
  });

  it("cleaning drops what is missing, what is out of range, and what ends where it begins", () => {
    const names = ["JFK", "BOS"];
    const flights: FlightArrays = {
      date: new Int32Array(6),
      delay: Int32Array.of(1440, 1441, -1440, -1441, 5, 6),
      distance: new Int32Array(6),
      origin: Int16Array.of(0, 0, 1, 1, 1, 0),
      destination: Int16Array.of(1, 1, 1, 1, 0, 1),
      originNames: names,
      // The other way round: the same number is another airport.
      destinationNames: ["BOS", "JFK"],
      incomplete: Uint8Array.of(0, 0, 0, 0, 0, 1),
    };
    // 0: JFK → JFK; 1: too late; 2: BOS → JFK; 3: too early; 4: BOS → BOS; 5: something is missing.
    expect([...possibleFlights(flights).delay]).toEqual([-1440]);
  });
});
