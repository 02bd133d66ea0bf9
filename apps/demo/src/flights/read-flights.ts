import { open, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { LarderError } from "@larder/core";
import { openParquetFile } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { createByteDictionary } from "./byte-dictionary.js";
import { readCsv, refuseMissingColumns } from "./csv.js";
import { dayColumn, dayInText } from "./day-column.js";
import { type FlightArrays, flightsColumns, nameIndices } from "./flights-table.js";
import { nameColumn } from "./name-column.js";
import { numberColumn } from "./number-column.js";

/**
 * The flights of a Parquet or CSV file with the columns `date`, `delay`, `distance`, `origin`, `destination`.
 *
 * @throws LarderError naming the file and what is wrong with it
 */
export async function readFlights(path: string): Promise<FlightArrays> {
  return (await isParquet(path)) ? readParquetFlights(path) : readCsvFlights(path);
}

/** Whether a file begins as Parquet does. */
export async function isParquet(path: string): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(4), 0, 4, 0);
    return bytesRead === 4 && new TextDecoder().decode(buffer) === "PAR1";
  } finally {
    await handle.close();
  }
}

async function readParquetFlights(path: string): Promise<FlightArrays> {
  const name = basename(path);
  const parquet = await openParquetFile(path);
  try {
    const present = (await parquet.scan().schema()).map((column) => column.name);
    refuseMissingColumns(name, present, flightsColumns);
    const table: Table = await parquet.scan().select(flightsColumns).toArrow();
    const incomplete = new Uint8Array(table.numRows);
    const column = (wanted: string) => table.getChild(wanted)!;
    const origin = nameColumn(name, "origin", column("origin"), incomplete);
    const destination = nameColumn(name, "destination", column("destination"), incomplete);
    return withoutEmptyMask({
      date: dayColumn(name, "date", column("date"), incomplete),
      delay: numberColumn(name, "delay", column("delay"), incomplete),
      distance: numberColumn(name, "distance", column("distance"), incomplete),
      origin: origin.indices,
      destination: destination.indices,
      originNames: origin.names,
      destinationNames: destination.names,
      incomplete,
    });
  } finally {
    await parquet.close();
  }
}

async function readCsvFlights(path: string): Promise<FlightArrays> {
  const name = basename(path);
  const bytes = await readFile(path);
  // A line with five fields has at least ten bytes: enough room, trimmed at the end.
  const room = Math.ceil(bytes.length / 10);
  const arrays = { date: new Int32Array(room), delay: new Int32Array(room), distance: new Int32Array(room) };
  const origins = createByteDictionary();
  const destinations = createByteDictionary();
  const origin = new Int32Array(room);
  const destination = new Int32Array(room);
  const incomplete = new Uint8Array(room);
  let rows = 0;
  readCsv(bytes, name, flightsColumns, (line, [date, delay, distance, from, to]) => {
    const row = rows++;
    const day = dayInText(line.bytes, line.start(date!), line.end(date!));
    const minutes = wholeNumber(line.text(delay!));
    const miles = wholeNumber(line.text(distance!));
    if (day === undefined || minutes === undefined || miles === undefined || line.start(from!) === line.end(from!)) {
      incomplete[row] = 1;
    }
    arrays.date[row] = day ?? 0;
    arrays.delay[row] = minutes ?? 0;
    arrays.distance[row] = miles ?? 0;
    origin[row] = origins.indexOf(line.bytes, line.start(from!), line.end(from!));
    destination[row] = destinations.indexOf(line.bytes, line.start(to!), line.end(to!));
  });
  if (rows > 0 && incomplete.subarray(0, rows).every((flag) => flag === 1)) {
    throw new LarderError(
      `No line of ${name} has a date such as 2001-01-31, a delay and a distance in whole numbers, and an origin. Check its columns.`,
      { code: "wrong-type", facts: { file: name } },
    );
  }
  const originNames = origins.names();
  const destinationNames = destinations.names();
  return withoutEmptyMask({
    date: arrays.date.slice(0, rows),
    delay: arrays.delay.slice(0, rows),
    distance: arrays.distance.slice(0, rows),
    origin: narrowed(origin.subarray(0, rows), originNames.length),
    destination: narrowed(destination.subarray(0, rows), destinationNames.length),
    originNames,
    destinationNames,
    incomplete: incomplete.slice(0, rows),
  });
}

function wholeNumber(text: string): number | undefined {
  if (text.trim() === "") return undefined;
  const number = Math.round(Number(text));
  return number === (number | 0) ? number : undefined;
}

function narrowed(indices: Int32Array, nameCount: number): FlightArrays["origin"] {
  const narrow = nameIndices(indices.length, nameCount);
  narrow.set(indices);
  return narrow;
}

function withoutEmptyMask(arrays: FlightArrays): FlightArrays {
  if (arrays.incomplete?.includes(1)) return arrays;
  const { incomplete: _, ...complete } = arrays;
  return complete;
}
