import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { newFolder, removeFolder, seededRandom } from "@larder/app-shared/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeDatabase } from "../../src/database/make-database.js";
import { openToRead } from "../../src/database/open-database.js";

const folder = newFolder("make-database");
afterAll(() => removeFolder(folder));
const flightsFile = join(folder, "flights.csv");
const airportsFile = join(folder, "airports.csv");
const random = seededRandom(11);
const whole = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
const extremes = [0, 1, -1, 9, 10, -10, 2_147_483_647, -2_147_483_648];
const origins = ["JFK", "'x'", "Zürich 🛫", " padded ", "a; b"];

// More than two chunks, with what is odd in each.
const flights = Array.from({ length: 45_000 }, (_, index) => ({
  date: `${whole(1987, 2030)}-0${whole(1, 9)}-${whole(10, 28)}`,
  delay: index % 1000 === 7 ? null : (extremes[index % 5000] ?? whole(-90, 1500)),
  distance: extremes[index % 7000] ?? whole(0, 9999),
  origin: origins[whole(0, origins.length - 1)]!,
  destination: ["DEN", "BOS"][whole(0, 1)]!,
}));
const request = (home: string) => ({
  task: "make-database" as const,
  flightsFile,
  airportsFile,
  home,
  userId: process.pid,
});

function newHome(name: string): string {
  const home = join(folder, name);
  mkdirSync(home);
  return home;
}

beforeAll(() => {
  const lines = flights.map(
    ({ date, delay, distance, origin, destination }) => `${date},${delay ?? ""},${distance},"${origin}",${destination}`,
  );
  writeFileSync(flightsFile, ["date,delay,distance,origin,destination", ...lines].join("\n"));
  writeFileSync(
    airportsFile,
    'iata,name,city,state\nJFK,"John ""F"" Kennedy",New York,NY\n"Zürich 🛫",Kloten,Zürich,\nJFK,a second one,Nowhere,XX\n',
  );
});

it("holds every flight as it is in the file, with the airport it left from as JSON", async () => {
  const outcome = await makeDatabase(request(newHome("values")), new AbortController().signal);
  if (!outcome.ok) throw new Error(outcome.message);
  expect(outcome).toMatchObject({ made: true, wasBroken: false, database: { flights: flights.length } });
  const database = await openToRead(outcome.database.file);
  const airports = new Map([
    ["JFK", '{"name":"John \\"F\\" Kennedy","location":{"city":"New York","state":"NY"}}'],
    ["Zürich 🛫", '{"name":"Kloten","location":{"city":"Zürich","state":""}}'],
  ]);
  try {
    const rows = database.prepare("SELECT * FROM flight ORDER BY id").raw().all();
    const expected = flights.map(({ date, delay, distance, origin, destination }, index) => {
      return [index + 1, date, delay, distance, origin, destination, airports.get(origin) ?? null];
    });
    const differing = expected.filter((flight, index) => !isDeepStrictEqual(rows[index], flight));
    expect(differing.slice(0, 5).map((flight) => [rows[Number(flight[0]) - 1], flight])).toEqual([]);
    expect(rows).toHaveLength(flights.length);
  } finally {
    database.close();
  }
});

it("is another database when the flights or the airports are others, and is found again when not", async () => {
  const home = newHome("versions");
  const make = async (changed: object) => {
    const outcome = await makeDatabase({ ...request(home), ...changed }, new AbortController().signal);
    if (!outcome.ok) throw new Error(outcome.message);
    return outcome;
  };
  const otherAirports = join(folder, "other-airports.csv");
  writeFileSync(otherAirports, "iata,name,city,state\nJFK,Idlewild,New York,NY\n");
  const first = await make({});
  const again = await make({});
  const other = await make({ airportsFile: otherAirports });
  expect([first.made, again.made, other.made]).toEqual([true, false, true]);
  expect(again.database).toEqual(first.database);
  expect(other.database.version).not.toBe(first.database.version);
});

it("leaves nothing when it is interrupted", async () => {
  const home = newHome("interrupted");
  const interrupted = new AbortController();
  interrupted.abort(new Error("interrupted"));
  await expect(makeDatabase(request(home), interrupted.signal)).rejects.toThrow("interrupted");
  expect(readdirSync(home).filter((name) => !name.endsWith(".user"))).toEqual([]);
});
