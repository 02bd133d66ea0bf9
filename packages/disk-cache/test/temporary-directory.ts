import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const made: string[] = [];

/** A path for the directory of caches that is not there yet; removed after the tests of the file. */
export function temporaryDirectory(): string {
  if (made.length === 0) {
    afterAll(() => {
      for (const path of made) rmSync(path, { recursive: true, force: true });
    });
  }
  const parent = mkdtempSync(join(tmpdir(), "larder-kinds-"));
  made.push(parent);
  return join(parent, "caches");
}
