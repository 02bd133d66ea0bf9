import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import type { Example } from "./examples.js";
import { writeExample } from "./run-example.js";

/**
 * Type-checks all examples together, as strictly as our own sources (only names that an example leaves unused are let
 * be). Returns what the compiler says, places given in the pages; empty when all is well.
 */
export function checkExampleTypes(work: string, examples: readonly Example[]): string {
  const types = join(work, "types");
  mkdirSync(types, { recursive: true });
  const places = new Map(examples.map((example) => [basename(writeExample(types, example)), example]));
  const config = { extends: "../../../config/tsconfig.base.json", include: ["*/example.ts"] };
  writeFileSync(join(types, "tsconfig.json"), JSON.stringify(config));
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, "--noEmit", "--pretty", "false"], {
    cwd: types,
    encoding: "utf8",
  });
  if (status === 0) return "";
  return `${stdout}${stderr}`.replace(/^(.+?)[/\\]example\.ts\((\d+),(\d+)\)/gm, (text, folder, line, column) => {
    const example = places.get(folder as string);
    return example ? `${example.page}:${example.line + Number(line) - 1}:${column}` : text;
  });
}
