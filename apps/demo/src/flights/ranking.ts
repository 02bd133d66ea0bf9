import { func } from "@larder/pipeline";
import type { Table } from "apache-arrow";
import type { LocatedColumns } from "./join.js";

/** One airport of the ranking, the slowest first. Delays are means per flight, in minutes. */
export interface RankedAirport {
  readonly rank: number;
  readonly iata: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly flights: number;
  readonly meanDelayMinutes: number;
  /** The month with the longest mean delay, `2001-01`. */
  readonly worstMonth: string;
  readonly worstMonthDelayMinutes: number;
  /** Every month with enough flights for a mean to say something, in order. */
  readonly months: readonly MonthOfAirport[];
}

/** What an airport did in one month. */
export interface MonthOfAirport {
  /** `2001-01` */
  readonly month: string;
  readonly flights: number;
  readonly meanDelayMinutes: number;
}

const airportsRanked = 10;

/** A month with fewer flights says nothing about an airport. */
const fewestFlightsInAMonth = 30;

/** Ranks the airports of departure with at least `minimumFlights` flights by their mean delay. */
export const ranking = func(
  { name: "ranking", inputs: ["located", "minimumFlights"], output: "ranking", cache: true },
  ({ located, minimumFlights }: { located: Table<LocatedColumns>; minimumFlights: number }) =>
    slowestAirports(located, minimumFlights),
);

/** The slowest airports, at most ten; ties go by code. */
export function slowestAirports(located: Table<LocatedColumns>, minimumFlights: number): RankedAirport[] {
  const byAirport = new Map<string, AirportRows>();
  for (const row of located) {
    const { origin, month, flights, delayMinutes, name, city, state } = row.toJSON();
    const airport: AirportRows = byAirport.get(origin) ?? { place: { iata: origin, name, city, state }, months: [] };
    airport.months.push({ month, flights, minutes: delayMinutes });
    byAirport.set(origin, airport);
  }
  return [...byAirport.values()]
    .map(({ place, months }) => ({
      ...place,
      flights: months.reduce((sum, month) => sum + month.flights, 0),
      minutes: months.reduce((sum, month) => sum + month.minutes, 0),
      months,
    }))
    .filter(({ flights }) => flights >= minimumFlights)
    .sort((a, b) => b.minutes / b.flights - a.minutes / a.flights || (a.iata < b.iata ? -1 : 1))
    .slice(0, airportsRanked)
    .map((place, at) => ranked(place, at + 1));
}

interface AirportRows {
  readonly place: { readonly iata: string; readonly name: string; readonly city: string; readonly state: string };
  readonly months: MonthTotals[];
}

interface MonthTotals {
  readonly month: string;
  readonly flights: number;
  readonly minutes: number;
}

interface Place {
  readonly iata: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly flights: number;
  readonly minutes: number;
}

function ranked({ minutes, ...place }: Place & { months: readonly MonthTotals[] }, rank: number): RankedAirport {
  const busy = place.months.filter(({ flights }) => flights >= fewestFlightsInAMonth);
  const months = (busy.length > 0 ? busy : place.months).map((month) => ({
    month: month.month,
    flights: month.flights,
    meanDelayMinutes: month.minutes / month.flights,
  }));
  const worst = months.reduce((a, b) => (b.meanDelayMinutes > a.meanDelayMinutes ? b : a));
  return {
    rank,
    ...place,
    meanDelayMinutes: minutes / place.flights,
    worstMonth: worst.month,
    worstMonthDelayMinutes: worst.meanDelayMinutes,
    months,
  };
}
