import { type FileInput, func } from "@larder/pipeline";
import { flightsTable } from "./flights-table.js";
import { readFlights } from "./read-flights.js";

/** Reads the flights, and keeps of each column no more bits than it needs. */
export const load = func(
  { name: "load", inputs: ["source"], output: "flights", cache: true },
  async ({ source }: { source: FileInput }) => flightsTable(await readFlights(source.path)),
);
