import { func } from "@larder/pipeline";
import { Float64, Int32, makeData, Table, Utf8, Vector, vectorFromArray } from "apache-arrow";
import { type Departures, type DeparturesColumns, departureArrays } from "./flights-table.js";

/** Columns of the delays table, one row per airport of departure and month, in that order. */
export type DelaysColumns = {
  /** IATA code. */
  origin: Utf8;
  /** `2001-01`. */
  month: Utf8;
  flights: Int32;
  /** Sum over the flights, in minutes; divide by `flights` for the mean. */
  delayMinutes: Float64;
};

/** Adds up the delays of each airport in each month. */
export const delays = func(
  { name: "delays", inputs: ["cleaned"], output: "delays", cache: true },
  ({ cleaned }: { cleaned: Table<DeparturesColumns> }) => delaysByMonth(departureArrays(cleaned)),
);

/** Groups departures by origin × month of departure. */
export function delaysByMonth(all: Departures): Table<DelaysColumns> {
  const { date, delay, origin, originNames } = all;
  const { firstDay, monthOfDay, months } = calendar(date);
  const flights = new Int32Array(originNames.length * months.length);
  const minutes = new Float64Array(flights.length);
  for (let row = 0; row < date.length; row++) {
    const cell = origin[row]! * months.length + monthOfDay[date[row]! - firstDay]!;
    flights[cell]!++;
    minutes[cell]! += delay[row]!;
  }
  const byName = originNames.map((name, index) => ({ name, index }));
  byName.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const rows = byName.flatMap(({ name, index }) =>
    months.map((month, at) => ({ name, month, cell: index * months.length + at })).filter(({ cell }) => flights[cell]),
  );
  const length = rows.length;
  const counts = Int32Array.from(rows, ({ cell }) => flights[cell]!);
  const sums = Float64Array.from(rows, ({ cell }) => minutes[cell]!);
  return new Table<DelaysColumns>({
    origin: vectorFromArray(
      rows.map(({ name }) => name),
      new Utf8(),
    ),
    month: vectorFromArray(
      rows.map(({ month }) => month),
      new Utf8(),
    ),
    flights: new Vector([makeData({ type: new Int32(), length, nullCount: 0, data: counts })]),
    delayMinutes: new Vector([makeData({ type: new Float64(), length, nullCount: 0, data: sums })]),
  });
}

/** The months between the first and the last day, and which of them each day belongs to. */
function calendar(days: Int32Array): { firstDay: number; monthOfDay: Int32Array; months: string[] } {
  let firstDay = days[0] ?? 0;
  let lastDay = firstDay;
  for (let row = 0; row < days.length; row++) {
    const day = days[row]!;
    if (day < firstDay) firstDay = day;
    if (day > lastDay) lastDay = day;
  }
  const months: string[] = [];
  const monthOfDay = new Int32Array(lastDay - firstDay + 1);
  for (let day = firstDay; day <= lastDay; day++) {
    const month = new Date(day * 86_400_000).toISOString().slice(0, 7);
    if (months.at(-1) !== month) months.push(month);
    monthOfDay[day - firstDay] = months.length - 1;
  }
  return { firstDay, monthOfDay, months };
}
