import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LarderError } from "@larder/core";
import { bytesOf } from "../bytes-of.js";
import { dealOut } from "./deal-out.js";
import type { FileFailure, FromProcess, PoolFile, StartMessage, ToProcess } from "./pool-protocol.js";

/** How a pool goes about it. */
export interface PoolOptions extends Omit<StartMessage, "type"> {
  /** Processes at the same time, from 1. */
  readonly processes: number;
  /** Aborting it ends the processes and rejects. */
  readonly signal: AbortSignal;
  /** Told of each source that is taken apart, with its bytes. */
  readonly onExtract?: (size: number) => void;
  /** Told of each chunk that is done, with its number of files and their bytes. */
  readonly onDone?: (files: number, bytes: number) => void;
  /** Told of each process that is started. */
  readonly onProcess?: (processId: number) => void;
}

/** Files that are dealt out together. */
interface Chunk {
  readonly files: readonly PoolFile[];
  /** How the processes ended that were at it, if it is a single file. */
  readonly crashes: readonly (NodeJS.Signals | null)[];
}

/** A file that ended so many processes is given up. */
const mostCrashes = 3;
/** Ends that a process brings upon itself; so many by one file are the file's doing, such as brackets 100,000 deep. */
const faults: ReadonlySet<NodeJS.Signals | null> = new Set(["SIGSEGV", "SIGBUS", "SIGILL"] as const);
const mostFaults = 2;
/** Processes that end before they could begin. */
const mostFalseStarts = 3;
/** After this time a process that was told to end is killed, in milliseconds. */
const patience = 3000;

/**
 * Extracts files in several processes into the cache that all share. A process that dies is replaced and what it was at handed
 * to another, file by file; what it had stored is found then.
 *
 * @returns the files that could not be extracted
 * @throws LarderError `extraction-process-failed`, and what a process says about itself; the reason of `signal`
 */
export async function extractInProcesses(files: readonly PoolFile[], options: PoolOptions): Promise<FileFailure[]> {
  options.signal.throwIfAborted();
  const queue: Chunk[] = dealOut(files).map((chunk) => ({ files: chunk, crashes: [] }));
  const failures: FileFailure[] = [];
  const running = new Map<ChildProcess, Promise<unknown>>();
  let falseStarts = 0;
  let failed: { readonly error: unknown } | undefined;
  const stop = (error: unknown) => {
    failed ??= { error };
    for (const child of running.keys()) endProcess(child);
  };
  const onAbort = () => stop(options.signal.reason);
  options.signal.addEventListener("abort", onAbort, { once: true });

  const runOne = async (): Promise<void> => {
    const { child, ended } = startProcess(options);
    let atWork: Chunk | undefined;
    let begun = false;
    const next = () => {
      if (atWork !== undefined) options.onDone?.(atWork.files.length, bytesOf(atWork.files));
      atWork = failed === undefined ? queue.shift() : undefined;
      if (atWork === undefined) endProcess(child);
      else send(child, { type: "chunk", files: atWork.files });
    };
    child.on("message", (message: FromProcess) => {
      if (message.type === "extracting") options.onExtract?.(message.size);
      else if (message.type === "ready") {
        begun = true;
        next();
      } else if (message.type === "done") {
        failures.push(...message.failures);
        next();
      } else if (message.type === "refused") {
        stop(new LarderError(message.message, { code: message.code }));
      }
    });
    const done = ended.finally(() => running.delete(child));
    running.set(child, done);
    send(child, { type: "start", ...startOf(options) });
    const signal = await done;
    if (failed !== undefined) return;
    if (!begun && ++falseStarts >= mostFalseStarts) {
      stop(
        new LarderError(
          "The processes that extract end as soon as they are started. What they say of it stands above, if anything.",
          { code: "extraction-process-failed" },
        ),
      );
    }
    if (atWork !== undefined) takeBack(atWork, signal);
  };
  const takeBack = ({ files, crashes: before }: Chunk, signal: NodeJS.Signals | null) => {
    if (files.length > 1) return queue.unshift(...files.map((file) => ({ files: [file], crashes: [] })));
    const crashes = [...before, signal];
    const isFault = crashes.filter((each) => faults.has(each)).length >= mostFaults;
    if (!isFault && crashes.length < mostCrashes) return queue.unshift({ files, crashes });
    const code = isFault ? "parser-crashed" : "extraction-crashed";
    const message = `the process that took it apart ended by ${crashes.at(-1) ?? "itself"}, ${crashes.length} times`;
    failures.push(...files.map(({ path, sha256 }) => ({ path, sha256, code, message })));
    return options.onDone?.(files.length, bytesOf(files));
  };
  const lane = async (): Promise<void> => {
    while (queue.length > 0 && failed === undefined) await runOne();
  };
  try {
    // What a process that dies gives back when all others have ended is for the next round.
    while (queue.length > 0 && failed === undefined) {
      await Promise.all(Array.from({ length: Math.min(options.processes, queue.length) }, lane));
    }
  } finally {
    options.signal.removeEventListener("abort", onAbort);
    await Promise.all(running.values());
  }
  if (failed !== undefined) throw failed.error;
  return failures;
}

function startOf({ cacheDirectory, repository, extractor }: PoolOptions): Omit<StartMessage, "type"> {
  return { cacheDirectory, repository, extractor };
}

/** A process, and the signal it ends by. */
interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<NodeJS.Signals | null>;
}

function startProcess(options: PoolOptions): Started {
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = new URL(fromSource ? "./extraction-process.ts" : "./extraction-process.js", import.meta.url);
  const child = fork(fileURLToPath(entry), {
    execArgv: fromSource ? ["--conditions=larder-source", "--import", import.meta.resolve("tsx")] : [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  if (child.pid !== undefined) options.onProcess?.(child.pid);
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.on("error", () => {
      // One that can't be started has no end.
      if (child.pid === undefined) resolve(null);
    });
    child.on("close", (_code, signal) => resolve(signal));
  });
  return { child, ended };
}

function endProcess(child: ChildProcess): void {
  send(child, { type: "end" });
  const killer = setTimeout(() => child.kill("SIGKILL"), patience);
  child.once("close", () => clearTimeout(killer));
}

function send(child: ChildProcess, message: ToProcess): void {
  if (child.connected) child.send(message, () => {});
}
