import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** Where programs meet: a cache directory, and a log of each. */
export interface SharedPlace {
  readonly path: string;
  /** What is to be given to `DiskCache`. */
  readonly directory: string;
  /** All lines of all logs so far, split at blanks; only whole lines. */
  log(): string[][];
}

const made: string[] = [];

/** A new place; removed after the tests of the file. */
export function sharedPlace(): SharedPlace {
  if (made.length === 0) {
    afterAll(() => {
      for (const path of made) rmSync(path, { recursive: true, force: true });
    });
  }
  const path = mkdtempSync(join(tmpdir(), "larder-structures-"));
  made.push(path);
  mkdirSync(join(path, "logs"));
  return {
    path,
    directory: join(path, "cache"),
    log: () =>
      readdirSync(join(path, "logs")).flatMap((name) => {
        const text = readFileSync(join(path, "logs", name), "utf8");
        return text
          .split("\n")
          .slice(0, -1)
          .map((line) => line.split(" "));
      }),
  };
}
