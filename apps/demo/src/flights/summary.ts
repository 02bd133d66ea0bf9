import { func } from "@larder/pipeline";
import type { RankedAirport } from "./ranking.js";

/** The answer of the pipeline. */
export interface Answer {
  /** For people, in a few lines. */
  readonly text: string;
  readonly minimumFlights: number;
  readonly airports: readonly RankedAirport[];
}

/** Puts the ranking into words. */
export const summary = func(
  { name: "summary", inputs: ["ranking", "minimumFlights"], output: "answer", cache: true },
  ({ ranking, minimumFlights }: { ranking: readonly RankedAirport[]; minimumFlights: number }): Answer => ({
    text: words(ranking, minimumFlights),
    minimumFlights,
    airports: ranking,
  }),
);

function words(ranking: readonly RankedAirport[], minimumFlights: number): string {
  const atLeast = `${minimumFlights.toLocaleString("en-US")} flight${minimumFlights === 1 ? "" : "s"}`;
  if (ranking.length === 0) return `No airport has at least ${atLeast}.`;
  const lines = ranking.map((airport) => {
    const place = [airport.city, airport.state].filter((part) => part !== "").join(", ");
    return `${String(airport.rank).padStart(2)}. ${airport.iata} ${airport.name}${place === "" ? "" : `, ${place}`}: ${inMinutes(airport.meanDelayMinutes)} a flight over ${airport.flights.toLocaleString("en-US")} flights; worst in ${airport.worstMonth} (${inMinutes(airport.worstMonthDelayMinutes)}).`;
  });
  return [`The slowest airports of departure with at least ${atLeast}, by mean delay:`, ...lines].join("\n");
}

function inMinutes(minutes: number): string {
  return `${minutes.toFixed(1)} min`;
}
