import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { LarderError } from "@larder/core";

/** How the child is started. */
export interface ChildProgram {
  /** Arguments for node, the program last. */
  readonly args: readonly string[];
  readonly directory: string;
}

/**
 * Where the program of the child is: beside this module, in TypeScript where this module is.
 *
 * @throws LarderError `missing-file` when it is not there, as after bundling
 */
export function childProgram(): ChildProgram {
  const fromSource = import.meta.url.endsWith(".ts");
  const file = fileURLToPath(new URL(fromSource ? "./foreign-child.ts" : "./foreign-child.js", import.meta.url));
  if (!existsSync(file)) {
    throw new LarderError(
      `Files of others are read by a program of its own, and it is not at ${file}. Leave @larder/store-parquet out of bundles.`,
      { code: "missing-file", facts: { path: file } },
    );
  }
  const loader = fromSource ? ["--conditions=larder-source", "--import", "tsx"] : [];
  return { args: [...loader, file], directory: dirname(file) };
}
