import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const made: string[] = [];

/** A directory that is there and empty; removed after the tests of the file. */
export function temporaryDirectory(): string {
  if (made.length === 0) {
    afterAll(() => {
      for (const path of made) rmSync(path, { recursive: true, force: true });
    });
  }
  const path = mkdtempSync(join(tmpdir(), "larder-fetch-"));
  made.push(path);
  return path;
}
