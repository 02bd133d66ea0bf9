import { func } from "@larder/pipeline";
import { Table, Utf8, vectorFromArray } from "apache-arrow";
import type { AirportsColumns } from "./airports.js";
import type { DelaysColumns } from "./delays.js";

/** Columns of the joined table: those of the delays, and where the airport is. */
export type LocatedColumns = DelaysColumns & { name: Utf8; city: Utf8; state: Utf8 };

/** Says of each airport what it is called and where it lies. */
export const join = func(
  { name: "join", inputs: ["delays", "airports"], output: "located", cache: true },
  ({ delays, airports }: { delays: Table<DelaysColumns>; airports: Table<AirportsColumns> }) =>
    located(delays, airports),
);

/** Every row of `delays`; an airport that nobody knows goes by its code. */
export function located(delays: Table<DelaysColumns>, airports: Table<AirportsColumns>): Table<LocatedColumns> {
  const rowOf = new Map(Array.from(airports.getChild("iata")!, (iata, row) => [iata, row]));
  const origins = Array.from(delays.getChild("origin")!, (origin) => origin ?? "");
  const rows = origins.map((origin) => rowOf.get(origin));
  const looked = (column: "name" | "city" | "state", otherwise: (origin: string) => string) => {
    const values = airports.getChild(column)!;
    const texts = rows.map((row, at) => (row === undefined ? undefined : values.get(row)) ?? otherwise(origins[at]!));
    return vectorFromArray(texts, new Utf8());
  };
  return new Table<LocatedColumns>({
    origin: delays.getChild("origin")!,
    month: delays.getChild("month")!,
    flights: delays.getChild("flights")!,
    delayMinutes: delays.getChild("delayMinutes")!,
    name: looked("name", (origin) => origin),
    city: looked("city", () => ""),
    state: looked("state", () => ""),
  });
}
