import { createHash } from "node:crypto";
import { createReadStream, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { pipeline } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { type TerminalProgress, terminalProgress } from "@larder/fetch-batch";
import { readAirports } from "../flights/airports.js";
import { readFlights } from "../flights/read-flights.js";
import { databasePath, markUsed, removeStale, unfinishedPath } from "./database-files.js";
import type { FlightsDatabase, MakeDatabaseOutcome, MakeDatabaseRequest } from "./database-protocol.js";
import { databaseSchema, fillDatabase } from "./fill-database.js";
import { openDatabase, openToRead } from "./open-database.js";

/** To be raised when the same files make another database, other than by its schema. */
const edition = 1;

/**
 * Finds the database of a file of flights, or makes it: one that is not whole is made anew. It appears under its name once it is complete.
 * Databases of other files are deleted.
 *
 * @throws LarderError `no-engine`, or what is wrong with the files; the reason of the signal
 */
export async function makeDatabase(request: MakeDatabaseRequest, signal: AbortSignal): Promise<MakeDatabaseOutcome> {
  const started = performance.now();
  const version = await versionOf(request);
  const file = databasePath(request.home, version);
  markUsed(file, request.userId);
  removeStale(file);
  const wasThere = existsSync(file);
  const found = wasThere ? await flightsIn(file) : undefined;
  const flights = found ?? (await makeAnew(request, file, signal));
  return {
    ok: true,
    processId: process.pid,
    database: { file, version, flights, bytes: statSync(file).size } satisfies FlightsDatabase,
    made: found === undefined,
    wasBroken: wasThere && found === undefined,
    seconds: (performance.now() - started) / 1000,
  };
}

/** Follows from the content of the files and from what is made of them. */
async function versionOf({ flightsFile, airportsFile }: MakeDatabaseRequest): Promise<string> {
  const hash = createHash("sha256").update(`${edition}\n${databaseSchema}`);
  for (const file of [flightsFile, airportsFile]) {
    const content = createHash("sha256");
    await pipeline(createReadStream(file, { highWaterMark: 2 ** 20 }), content);
    hash.update(content.digest());
  }
  return hash.digest("hex").slice(0, 16);
}

/** How many flights are in a database; `undefined` when it is not whole. */
async function flightsIn(file: string): Promise<number | undefined> {
  const database = await openToRead(file);
  try {
    const [[sound]] = database.prepare("PRAGMA quick_check(1)").raw().all() as [[string]];
    const [[told, last]] = database
      .prepare("SELECT (SELECT flights FROM made), coalesce((SELECT max(id) FROM flights), 0)")
      .raw()
      .all() as [[number | null, number]];
    return sound === "ok" && told === last ? told : undefined;
  } catch {
    return undefined;
  } finally {
    database.close();
  }
}

async function makeAnew(request: MakeDatabaseRequest, file: string, signal: AbortSignal): Promise<number> {
  const unfinished = unfinishedPath(file, process.pid);
  try {
    const rows = await makeFile(request, unfinished, signal);
    renameSync(unfinished, file);
    return rows;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

async function makeFile(request: MakeDatabaseRequest, file: string, signal: AbortSignal): Promise<number> {
  const flights = await readFlights(request.flightsFile);
  const airports = await readAirports(request.airportsFile);
  const progress = terminalProgress({ label: "Database" });
  rmSync(file, { force: true });
  const database = await openDatabase(file);
  try {
    const tell = teller(progress, flights.date.length);
    await fillDatabase(database, flights, airports, async (rows) => {
      tell(rows);
      // So that Ctrl-C is heard.
      await setImmediate();
      signal.throwIfAborted();
    });
    return flights.date.length;
  } finally {
    database.close();
    progress.close();
  }
}

function teller(progress: TerminalProgress, total: number): (rows: number) => void {
  const started = performance.now();
  let chunks = 0;
  return (rows) => {
    const elapsedMs = performance.now() - started;
    const batchSize = Math.ceil(rows / ++chunks);
    progress({
      table: "flights",
      batchesDone: chunks,
      batchesTotal: Math.max(chunks, Math.ceil(total / batchSize)),
      rowsDone: rows,
      rowsTotal: total,
      batchSize,
      elapsedMs,
      remainingMs: (elapsedMs / rows) * (total - rows),
      rowsPerSecond: rows / (elapsedMs / 1000),
    });
  };
}
