import { func } from "@larder/pipeline";
import type { Table } from "apache-arrow";
import {
  type Departures,
  departuresTable,
  type FlightArrays,
  type FlightsColumns,
  flightArrays,
  nameIndices,
} from "./flights-table.js";

/** A flight this late, or this early, is a slip of the pen. */
const longestDelayMinutes = 24 * 60;

/** Keeps the flights that can have happened, and of them what later nodes ask for. */
export const clean = func(
  { name: "clean", inputs: ["flights"], output: "cleaned", cache: true },
  ({ flights }: { flights: Table<FlightsColumns> }) => departuresTable(possibleFlights(flightArrays(flights))),
);

/** Leaves out flights with a missing value, an impossible delay, or that end where they begin. */
export function possibleFlights(all: FlightArrays): Departures {
  const { delay, origin, destination, incomplete } = all;
  const destinationAsOrigin = Int32Array.from(all.destinationNames, (name) => all.originNames.indexOf(name));
  const kept = new Int32Array(delay.length);
  let count = 0;
  for (let row = 0; row < delay.length; row++) {
    const minutes = delay[row]!;
    if (minutes > longestDelayMinutes || minutes < -longestDelayMinutes) continue;
    if (incomplete?.[row] === 1 || destinationAsOrigin[destination[row]!] === origin[row]) continue;
    kept[count++] = row;
  }
  const rows = kept.subarray(0, count);
  return {
    date: picked(all.date, rows, new Int32Array(count)),
    delay: picked(delay, rows, new Int32Array(count)),
    origin: picked(origin, rows, nameIndices(count, all.originNames.length)),
    originNames: all.originNames,
  };
}

function picked<Values extends Int16Array | Int32Array>(from: Values, rows: Int32Array, into: Values): Values {
  for (let at = 0; at < rows.length; at++) into[at] = from[rows[at]!]!;
  return into;
}
