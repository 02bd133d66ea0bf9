import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A folder for files that live as long as a test. Every file gets a path of its own: DuckDB remembers by its path what the footer of a file said.
 */
export interface ScratchFolder {
  /** A new path; with bytes, a new file. */
  readonly path: (bytes?: Uint8Array) => string;
  readonly remove: () => void;
}

export function scratchFolder(): ScratchFolder {
  const folder = mkdtempSync(join(tmpdir(), "larder-engines-"));
  let counter = 0;
  return {
    path(bytes) {
      const path = join(folder, `${counter++}.parquet`);
      if (bytes) writeFileSync(path, bytes);
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
