import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { programBundle } from "@larder/tooling/tsup";
import { build } from "tsup";
import { afterAll, beforeAll } from "vitest";
import type { ChildProgram } from "../../../src/foreign/child-program.js";

/**
 * The program of the child, made of the sources and put into one file for the tests of a file: as sources it takes a second
 * or more to start, which a hundred files would wait for.
 */
export function bundledChild(): () => ChildProgram {
  const bundled = bundledPrograms({ child: "../../../src/foreign/foreign-child.ts" });
  return () => bundled("child");
}

/** Programs, name → file relative to this one, each made of the sources and put into one file. */
export function bundledPrograms(programs: Readonly<Record<string, string>>): (name: string) => ChildProgram {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "larder-foreign-"));
    // Packages that need not be there, decompressors among them, are found as beside the built program.
    await symlink(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(directory, "node_modules"));
    const entries = Object.entries(programs);
    const entry = Object.fromEntries(
      entries.map(([name, file]) => [name, fileURLToPath(new URL(file, import.meta.url))]),
    );
    await build({ ...programBundle({ entry, outDir: directory }), external: [/^@napi-rs\//] });
  }, 120_000);
  afterAll(() => rm(directory, { recursive: true, force: true }));
  return (name) => ({ args: [join(directory, `${name}.mjs`)], directory });
}
