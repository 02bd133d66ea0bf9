// What every program of this folder begins with: the cache at the place it was given, and a log of its own.
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { DiskCache } from "@larder/disk-cache";
import { systemBootClock } from "@larder/structures";

const [path, name, ...rest] = process.argv.slice(2);

/** The name of this program, and its further arguments. */
export const programName = name!;
export const programArguments: readonly string[] = rest;

/** Writes a line, with the steady time in front, before it returns: it is there when the process is killed next. */
export function log(...words: readonly (string | number)[]): void {
  const line = `${systemBootClock.steady().toFixed(6)} ${words.join(" ")}\n`;
  appendFileSync(join(path!, "logs", `${programName}.log`), line);
}

/** Runs a program on the cache, and closes that. */
export function run(main: (backend: DiskCache) => Promise<void>): void {
  const backend = new DiskCache({ directory: join(path!, "cache") });
  main(backend)
    .then(() => backend.close())
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
}
