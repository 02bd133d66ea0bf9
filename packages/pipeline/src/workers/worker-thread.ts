import { SHARE_ENV, Worker, type WorkerOptions } from "node:worker_threads";
import type { WorkerProgram } from "../worker-url.js";
import { type FromWorker, mostCallsAtOnce, type ToWorker, type WorkerSettings } from "./messages.js";
import { threadFlags } from "./thread-flags.js";

/** A worker thread that runs our program. */
export interface WorkerThread {
  /** @param handedOver memory that is the worker's from then on */
  post(message: ToWorker, handedOver?: readonly ArrayBuffer[]): void;
  /** How far each call is, a byte for each slot; what it says holds when the worker is dead, too. */
  readonly states: Uint8Array;
  /** Whether the process waits for it. */
  hold(wanted: boolean): void;
  /** Resolves when it has ended. */
  terminate(): Promise<void>;
}

/** What is said of a thread. */
export interface WorkerListener {
  message(message: FromWorker): void;
  /** It has ended; `error` is what it did not catch. Called once, last of all. */
  ended(exitCode: number, error: unknown): void;
}

/** Starts a thread; nothing waits for it until told to. @throws whatever Node throws when it can't start one */
export function startWorker(program: WorkerProgram, listener: WorkerListener): WorkerThread {
  const states = new SharedArrayBuffer(mostCallsAtOnce);
  const execArgv = program.fromSource ? ["--conditions=larder-source"] : threadFlags(process.execArgv);
  const settings: WorkerSettings = { states, typescript: program.typescript };
  const options: WorkerOptions = {
    workerData: settings,
    name: "larder",
    // What modules read of either while they are imported is what they read in the main thread.
    argv: process.argv.slice(2),
    env: SHARE_ENV,
    ...(execArgv === undefined ? {} : { execArgv }),
  };
  const worker = program.fromSource
    ? new Worker(bootstrap(program), { ...options, eval: true })
    : new Worker(new URL(program.program), options);
  let error: unknown;
  worker.on("message", (message: FromWorker) => listener.message(message));
  worker.on("messageerror", (thrown) => {
    error = thrown;
    void worker.terminate();
  });
  worker.on("error", (thrown) => {
    error = thrown;
  });
  worker.on("exit", (exitCode) => listener.ended(exitCode, error));
  worker.unref();
  return {
    post: (message, handedOver = []) => worker.postMessage(message, handedOver),
    states: new Uint8Array(states),
    hold: (wanted) => (wanted ? worker.ref() : worker.unref()),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** In the repository of this package alone: the program is in TypeScript, which a thread must be able to load first. */
function bootstrap({ program, typescript }: WorkerProgram): string {
  const [loader, entry] = [typescript, program].map((address) => JSON.stringify(address));
  return `process.setSourceMapsEnabled(true);
globalThis[Symbol.for("larder.typescript")] = true;
import(${loader}).then(({ register }) => { register(); return import(${entry}); });`;
}
