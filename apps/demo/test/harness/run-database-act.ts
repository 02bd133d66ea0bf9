import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type StartedProcess, startFromSource } from "@larder/app-shared/testing";
import type { DatabaseAct } from "../../src/database/run-database-act.js";
import { airportsFile } from "./sample-files.js";

const entry = fileURLToPath(new URL("database-act.child.ts", import.meta.url));

/** Starts the act on a database alone, on a cache in the folder. */
export function startDatabaseAct(folder: string, flightsFile: string): StartedProcess {
  return startFromSource(entry, [folder, flightsFile, airportsFile, join(folder, "cache")], folder);
}

/** The act on a database, and what was printed for people; `undefined` when it was left out. @throws Error when it failed */
export async function runDatabaseAct(
  folder: string,
  flightsFile: string,
): Promise<{ readonly act: DatabaseAct | null; readonly told: string }> {
  const { stdout, stderr, exitCode } = await startDatabaseAct(folder, flightsFile).finished;
  if (exitCode !== 0) throw new Error(`The act ended with ${exitCode}:\n${stderr}`);
  return { act: JSON.parse(stdout) as DatabaseAct | null, told: stderr };
}
