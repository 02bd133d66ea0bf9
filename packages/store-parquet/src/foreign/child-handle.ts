import { spawn } from "node:child_process";
import type { Socket } from "node:net";
import type { ChildProgram } from "./child-program.js";
import { memorySignal } from "./child-watchdog.js";
import { foreignCrash, foreignLimit } from "./foreign-errors.js";
import type { ForeignLimits } from "./foreign-limits.js";
import type { FromChild, ToChild } from "./foreign-protocol.js";
import { type FrameChannel, frameChannel } from "./frame-channel.js";
import { processUse } from "./process-use.js";

/** A child that reads a file. */
export interface ChildHandle {
  readonly processId: number;
  readonly channel: FrameChannel<ToChild>;
  /** The most memory it was seen to take, in MB. */
  readonly peakMegabytes: number;
  /** Time of its threads on a processor, as seen last, in seconds; 0 where the system does not tell. */
  readonly computingSeconds: number;
  /** Looks at what it has taken, and ends it when that is too much memory. */
  look(): void;
  /** Ends it; `reason` is what those who wait for it get. */
  kill(reason: unknown): void;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<unknown>;
  /** Whether this process stays alive for it. */
  hold(held: boolean): void;
}

/** Starts a child with nothing of this process: no variables, no files, one pipe. */
export function startChild(
  program: ChildProgram,
  limits: Required<ForeignLimits>,
  onFrame: (message: FromChild, bytes: Uint8Array) => void,
): ChildHandle {
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${Math.ceil(limits.megabytes)}`, "--expose-gc", "--no-warnings", ...program.args],
    {
      cwd: program.directory,
      env: neededVariables(),
      stdio: ["ignore", "ignore", "ignore", "pipe"],
      windowsHide: true,
    },
  );
  const pipe = child.stdio[3] as Socket;
  // How the child ended says more than a broken pipe.
  pipe.on("error", () => {});
  const channel = frameChannel<ToChild, FromChild>(pipe, onFrame);
  let reason: unknown;
  let peakMegabytes = 0;
  let computingSeconds = 0;
  const ended = new Promise<unknown>((resolve) => {
    child.once("error", (cause) =>
      resolve(reason ?? foreignCrash(`no process could be started (${cause.message})`, {})),
    );
    child.once("exit", (exitCode, signal) => resolve(reason ?? endedAlone(exitCode, signal, limits, peakMegabytes)));
  });
  const handle: ChildHandle = {
    processId: child.pid ?? -1,
    channel,
    ended,
    get peakMegabytes() {
      return peakMegabytes;
    },
    get computingSeconds() {
      return computingSeconds;
    },
    look() {
      const use = processUse(child.pid ?? -1);
      if (!use) return;
      ({ peakMegabytes, computingSeconds } = use);
      if (peakMegabytes > limits.megabytes) handle.kill(memoryLimit(limits, peakMegabytes));
    },
    kill(why) {
      reason ??= why;
      child.kill("SIGKILL");
    },
    hold(held) {
      const change = held ? "ref" : "unref";
      child[change]();
      pipe[change]();
    },
  };
  return handle;
}

/** Windows needs its own folder to start anything. */
function neededVariables(): NodeJS.ProcessEnv {
  const { SystemRoot } = process.env;
  return SystemRoot === undefined ? {} : { SystemRoot };
}

function memoryLimit({ megabytes }: Required<ForeignLimits>, peakMegabytes: number): unknown {
  return foreignLimit(
    "memory",
    `took more than ${megabytes} MB of memory to read, so reading it was ended`,
    "Read fewer rows or columns, or raise limits.megabytes if you trust the file.",
    { megabytes, peakMegabytes: Math.ceil(peakMegabytes) },
  );
}

function endedAlone(
  exitCode: number | null,
  signal: NodeJS.Signals | null,
  limits: Required<ForeignLimits>,
  peakMegabytes: number,
): unknown {
  if (signal === memorySignal) return memoryLimit(limits, peakMegabytes);
  const how = signal === null ? `exit code ${exitCode}` : signal;
  // V8 ends a process whose heap is full with SIGABRT.
  const hint = signal === "SIGABRT" ? ", perhaps for want of memory" : "";
  return foreignCrash(`the process that read it ended with ${how}${hint}`, { exitCode, signal, peakMegabytes });
}
