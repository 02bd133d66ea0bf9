import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { type FileInput, func } from "@larder/pipeline";
import { Table, Utf8, vectorFromArray } from "apache-arrow";
import { readCsv } from "./csv.js";

/** Columns of the airports table, one row per airport. */
export type AirportsColumns = { iata: Utf8; name: Utf8; city: Utf8; state: Utf8 };

const airportsColumns = ["iata", "name", "city", "state"] as const;

/** Reads where the airports are. */
export const airports = func(
  { name: "airports", inputs: ["airportsSource"], output: "airports", cache: true },
  ({ airportsSource }: { airportsSource: FileInput }) => readAirports(airportsSource.path),
);

/** The airports of a CSV file with the columns `iata`, `name`, `city`, `state`. */
export async function readAirports(path: string): Promise<Table<AirportsColumns>> {
  const columns: string[][] = airportsColumns.map(() => []);
  readCsv(await readFile(path), basename(path), airportsColumns, (line, fields) => {
    fields.forEach((field, column) => {
      columns[column]!.push(line.text(field));
    });
  });
  const [iata, name, city, state] = columns.map((texts) => vectorFromArray(texts, new Utf8()));
  return new Table<AirportsColumns>({ iata: iata!, name: name!, city: city!, state: state! });
}
