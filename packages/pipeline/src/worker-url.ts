import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where the program of a worker thread is, and what it takes to start it. */
export interface WorkerProgram {
  /** The address of the program. */
  readonly program: string;
  /** The address of the module of tsx that makes TypeScript loadable, where that is needed. */
  readonly typescript: string | undefined;
  /** Whether the program itself is in TypeScript, as in the repository of this package. */
  readonly fromSource: boolean;
}

/** The program: beside this module, in TypeScript where this module is; `undefined` when it is not there, as after bundling. */
export function workerProgram(): WorkerProgram | undefined {
  if (!import.meta.url.startsWith("file:")) return undefined;
  const fromSource = import.meta.url.endsWith(".ts");
  const program = new URL(fromSource ? "./worker.ts" : "./worker.js", import.meta.url);
  if (!existsSync(fileURLToPath(program))) return undefined;
  const typescript = fromSource || loadsTypeScriptByTsx() ? tsxModule(fileURLToPath(import.meta.url)) : undefined;
  return { program: program.href, typescript, fromSource };
}

/** Whether this thread may have got TypeScript through tsx, or through a test runner that has a loader of its own. */
function loadsTypeScriptByTsx(): boolean {
  const flags = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
  return /\btsx\b/.test(flags) || process.env.VITEST !== undefined;
}

/** tsx as the main program finds it, else as this package does. */
function tsxModule(here: string): string | undefined {
  const main = process.argv[1];
  for (const from of [main, `${process.cwd()}/package.json`, here]) {
    if (from === undefined || from === "") continue;
    try {
      // What `require` finds is for `require` alone; the module for `import` is beside it.
      const path = createRequire(from)
        .resolve("tsx/esm/api")
        .replace(/\.cjs$/, ".mjs");
      if (existsSync(path)) return pathToFileURL(path).href;
    } catch {
      // Not from there.
    }
  }
  return undefined;
}
