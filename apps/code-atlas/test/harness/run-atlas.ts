import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { readCommandLine } from "../../src/command-line.js";
import { progressLine } from "../../src/progress.js";
import { documentOf } from "../../src/report/print-report.js";
import { runAtlas } from "../../src/run-atlas.js";

/** What an atlas process printed, and how it ended. */
export interface AtlasResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** An atlas process that was started. */
export interface StartedAtlas {
  readonly child: ChildProcess;
  readonly finished: Promise<AtlasResult>;
  /** Calls back with each line on stderr. */
  onLine(listener: (line: string) => void): void;
}

const tsxLoader = new URL("../../node_modules/tsx/dist/loader.mjs", import.meta.url).href;

/** Starts the atlas from its sources in a real process. `told`: it says on stderr what happens meanwhile. */
export function startAtlas(args: readonly string[], options: { cwd: string; told?: boolean }): StartedAtlas {
  const entry = options.told === true ? "./told-atlas.child.ts" : "../../src/atlas.ts";
  const file = fileURLToPath(new URL(entry, import.meta.url));
  // What npm and vitest tell their children is not for this one.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_OPTIONS|INIT_CWD)/.test(name));
  const child = spawn(process.execPath, ["--conditions=larder-source", "--import", tsxLoader, file, ...args], {
    cwd: options.cwd,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<(line: string) => void>();
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  let rest = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop()!;
    for (const line of lines) for (const listener of listeners) listener(line);
  });
  const finished = new Promise<AtlasResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ stdout, stderr, exitCode, signal }));
  });
  return { child, finished, onLine: (listener) => listeners.add(listener) };
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

/** The JSON document, as far as tests look at it. */
export interface AtlasDocument {
  readonly schema: string;
  readonly root: string;
  readonly files: number;
  readonly contents: number;
  readonly extracted: number;
  readonly processes: number;
  readonly steps: readonly { readonly step: string; readonly decision: string }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly own: {
    readonly totals: Readonly<Record<string, number>>;
    readonly mostImported: readonly { readonly path: string; readonly importedBy: number }[];
    readonly mostComplex: readonly { readonly name: string; readonly complexity: number }[];
    readonly largest: readonly { readonly path: string; readonly bytes: number }[];
    readonly cycleCount: number;
    readonly cycles: readonly { readonly members: number; readonly cycle: readonly string[] }[];
  };
  readonly installed: { readonly totals: Readonly<Record<string, number>> } | null;
  readonly packages: number;
  readonly errors: readonly { readonly path: string; readonly error: string }[];
}
