import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type StartedProcess, startFromSource } from "@larder/app-shared/testing";
import { readCommandLine } from "../../src/command-line.js";
import { progressLine } from "../../src/progress.js";
import { documentOf } from "../../src/report/print-report.js";
import { runAtlas } from "../../src/run-atlas.js";

/** An atlas process that was started. */
export interface StartedAtlas extends StartedProcess {
  /** Calls back with each line on stderr. */
  onLine(listener: (line: string) => void): void;
}

/** Starts the atlas from its sources in a real process. `told`: it says on stderr what happens meanwhile. */
export function startAtlas(args: readonly string[], options: { cwd: string; told?: boolean }): StartedAtlas {
  const entry = options.told === true ? "./told-atlas.child.ts" : "../../src/atlas.ts";
  const program = fileURLToPath(new URL(entry, import.meta.url));
  const started = startFromSource(program, args, options.cwd, { NO_COLOR: "1" });
  const lines = createInterface({ input: started.child.stderr! });
  return { ...started, onLine: (listener) => void lines.on("line", listener) };
}

/** Runs the atlas in this process, with one that extracts beside it, and gives its JSON document. */
export async function atlasDocument(args: readonly string[], cwd: string): Promise<AtlasDocument> {
  const options = readCommandLine(["--processes", "1", ...args], cwd, cwd)!;
  const signal = new AbortController().signal;
  const run = await runAtlas({ options, signal, progress: progressLine({ write() {} }) });
  return JSON.parse(JSON.stringify(documentOf(run, 0))) as AtlasDocument;
}

/** Runs the atlas in a process of its own to its end, and reads its JSON document. */
export async function atlasProcess(args: readonly string[], cwd: string): Promise<AtlasDocument> {
  const { stdout, stderr, exitCode } = await startAtlas([...args, "--json"], { cwd }).finished;
  if (exitCode !== 0) throw new Error(`The atlas ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout) as AtlasDocument;
}

/** The JSON document. */
export type AtlasDocument = ReturnType<typeof documentOf>;
