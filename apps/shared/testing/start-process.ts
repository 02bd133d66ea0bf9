import { type ChildProcess, spawn } from "node:child_process";

/** What a process printed, and how it ended. */
export interface ProcessRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that was started. */
export interface StartedProcess {
  readonly child: ChildProcess;
  readonly finished: Promise<ProcessRun>;
  /** Comes with the first line on either stream that matches. */
  seen(pattern: RegExp): Promise<RegExpMatchArray>;
}

const tsxLoader = new URL("../node_modules/tsx/dist/loader.mjs", import.meta.url).href;

/** Runs a TypeScript file in a real process, with the packages' sources. */
export function startFromSource(
  entry: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): StartedProcess {
  const command = ["--conditions=larder-source", "--import", tsxLoader, entry, ...args];
  return startProcess(process.execPath, command, cwd, env);
}

/** Starts a process, keeping what it prints. */
export function startProcess(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): StartedProcess {
  // What npm and vitest tell their children is not for this one.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_OPTIONS|INIT_CWD)/.test(name));
  const child = spawn(command, args, {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const watchers = new Set<() => void>();
  const took = () => {
    for (const watcher of watchers) watcher();
  };
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    took();
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    took();
  });
  const finished = new Promise<ProcessRun>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ stdout, stderr, exitCode, signal }));
  });
  return {
    child,
    finished,
    seen(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = `${stdout}\n${stderr}`.match(pattern);
          if (match === null) return;
          watchers.delete(look);
          resolve(match);
        };
        watchers.add(look);
        look();
        child.on("close", () => {
          look();
          reject(new Error(`The process ended without printing ${pattern}.\n${stdout}\n${stderr}`));
        });
      });
    },
  };
}

/** Whether a process is there. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
