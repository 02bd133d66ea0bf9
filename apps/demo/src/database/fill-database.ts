import type { Table } from "apache-arrow";
import type { AirportsColumns } from "../flights/airports.js";
import type { FlightArrays } from "../flights/flights-table.js";
import type { OpenDatabase } from "./open-database.js";

/** The tables; a change here makes every database anew. */
export const databaseSchema = `
CREATE TABLE flights (id INTEGER PRIMARY KEY, date TEXT, delay INTEGER, distance INTEGER, origin TEXT, destination TEXT);
CREATE TABLE airports (iata TEXT PRIMARY KEY, info TEXT) WITHOUT ROWID;
CREATE VIEW flight AS
  SELECT f.id, f.date, f.delay, f.distance, f.origin, f.destination, a.info AS airport
  FROM flights AS f LEFT JOIN airports AS a ON a.iata = f.origin;
CREATE TABLE made (flights INTEGER);
`;

const chunkRows = 20_000;

/** The numbers of a flight in the text that is handed to SQLite: where each begins and how many characters it has. */
const fields = {
  day: { at: 0, width: 8 },
  delay: { at: 8, width: 11 },
  distance: { at: 19, width: 11 },
  origin: { at: 30, width: 10 },
  destination: { at: 40, width: 10 },
};
const recordWidth = 50;

/**
 * Fills an empty database, in one transaction. A chunk of flights is one parameter, numbers of fixed width one after the other, which SQL cuts
 * up: three times as fast as values of their own.
 *
 * @param onRows - told how many flights are in it, after each chunk; what it returns is waited for, and what it throws ends all
 */
export async function fillDatabase(
  database: OpenDatabase,
  flights: FlightArrays,
  airports: Table<AirportsColumns>,
  onRows: (rows: number) => Promise<void>,
): Promise<void> {
  // A file that is not finished is thrown away: nothing has to be undone in it.
  database.exec(
    "PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY",
  );
  database.exec(`BEGIN; ${databaseSchema}`);
  insertAirports(database, airports);
  await insertFlights(database, flights, onRows);
  database.prepare("INSERT INTO made VALUES (?)").run(flights.date.length);
  database.exec("COMMIT");
}

function insertAirports(database: OpenDatabase, airports: Table<AirportsColumns>): void {
  const insert = database.prepare("INSERT OR IGNORE INTO airports VALUES (?, ?)");
  for (const airport of airports) {
    const { iata, name, city, state } = airport!;
    insert.run(iata!, JSON.stringify({ name, location: { city, state } }));
  }
}

async function insertFlights(
  database: OpenDatabase,
  flights: FlightArrays,
  onRows: (rows: number) => Promise<void>,
): Promise<void> {
  const { incomplete } = flights;
  const count = flights.date.length;
  const days = [...new Set(flights.date)];
  const placeOfDay = new Map(days.map((day, place) => [day, place]));
  listNames(database, "days", days.map(dayAsText));
  listNames(database, "origins", flights.originNames);
  listNames(database, "destinations", flights.destinationNames);
  database.exec(`CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY);
INSERT INTO numbers WITH RECURSIVE c (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < ${chunkRows - 1}) SELECT n FROM c`);
  const insert = database.prepare(`INSERT INTO flights SELECT ?2 + n,
(SELECT name FROM days WHERE place = ${numberAt("day")}), ${numberAt("delay")}, ${numberAt("distance")},
(SELECT name FROM origins WHERE place = ${numberAt("origin")}),
(SELECT name FROM destinations WHERE place = ${numberAt("destination")})
FROM numbers WHERE n < ?3`);
  const text = Buffer.alloc(chunkRows * recordWidth);
  for (let start = 0; start < count; start += chunkRows) {
    const rows = Math.min(chunkRows, count - start);
    for (let index = 0; index < rows; index++) {
      const row = start + index;
      const at = index * recordWidth;
      writeNumber(text, at, fields.day, placeOfDay.get(flights.date[row]!)!);
      writeNumber(text, at, fields.delay, incomplete?.[row] === 1 ? undefined : flights.delay[row]!);
      writeNumber(text, at, fields.distance, flights.distance[row]!);
      writeNumber(text, at, fields.origin, flights.origin[row]!);
      writeNumber(text, at, fields.destination, flights.destination[row]!);
    }
    insert.run(text, start + 1, rows);
    await onRows(start + rows);
  }
}

function listNames(database: OpenDatabase, table: string, names: readonly (string | undefined)[]): void {
  database.exec(`CREATE TEMP TABLE ${table} (place INTEGER PRIMARY KEY, name TEXT)`);
  const insert = database.prepare(`INSERT INTO ${table} VALUES (?, ?)`);
  for (const [place, name] of names.entries()) if (name !== undefined) insert.run(place, name);
}

/** A day since 1970-01-01 such as `2001-01-31`; `undefined` for one that no calendar has. */
function dayAsText(day: number): string | undefined {
  const date = new Date(day * 86_400_000);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().split("T")[0];
}

/** SQL for a number of flight `n` in the parameter; null where there are only blanks. */
function numberAt(field: keyof typeof fields): string {
  const { at, width } = fields[field];
  return `CAST(nullif(ltrim(CAST(substr(?1, n * ${recordWidth} + ${at + 1}, ${width}) AS TEXT)), '') AS INTEGER)`;
}

const [blank, minus, zero] = [0x20, 0x2d, 0x30];

/** Writes a whole number of 32 bits to the right of its field, blanks before it. */
function writeNumber(
  text: Uint8Array,
  record: number,
  { at, width }: { readonly at: number; readonly width: number },
  value: number | undefined,
): void {
  const start = record + at;
  let place = start + width;
  if (value !== undefined) {
    let rest = Math.abs(value);
    do {
      const shorter = Math.floor(rest / 10);
      text[--place] = zero + rest - shorter * 10;
      rest = shorter;
    } while (rest > 0);
    if (value < 0) text[--place] = minus;
  }
  text.fill(blank, start, place);
}
