import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { programBundle } from "@larder/tooling/tsup";
import { build, type Options } from "tsup";

/** Bundles `programs/fetch-rows.ts`, made of the sources, into one file that starts quickly. Engines stay where they are installed. */
export async function bundleFetchRows(directory: string): Promise<string> {
  await build({
    ...programBundle({
      entry: { "fetch-rows": fileURLToPath(new URL("./programs/fetch-rows.ts", import.meta.url)) },
      outDir: directory,
    }),
    esbuildPlugins: [enginesInPlace],
  });
  return `${directory}/fetch-rows.mjs`;
}

const enginesInPlace: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "engines-in-place",
  setup({ onResolve }) {
    // From where they are installed: the bundle lies elsewhere.
    onResolve({ filter: /^(lmdb|apache-arrow)$/ }, ({ path, importer }) => {
      return { path: import.meta.resolve(path, `file://${importer}`), external: true };
    });
    onResolve({ filter: /^@napi-rs\/blake-hash(\/|$)/ }, ({ path }) => ({ path, external: true }));
  },
};

/** A program that is running. */
export interface RunningProgram {
  readonly child: ChildProcess;
  /** The lines it has printed so far, whole ones. */
  readonly lines: readonly string[];
  /** Exit code or signal, and what it had to complain of. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly errors: string }>;
}

/** Runs a bundled program. `onLine` is told of each line it prints. */
export function startProgram(file: string, args: readonly string[], onLine?: (lines: number) => void): RunningProgram {
  const child = spawn(process.execPath, [file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  // A line that was cut by a kill is handed out too; its number of ids is right or it is not counted.
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    onLine?.(lines.length);
  });
  return {
    child,
    lines,
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, errors }))),
  };
}
