import { availableParallelism } from "node:os";
import { LarderError } from "@larder/core";
import { workerProgram } from "../worker-url.js";
import { workerRealm } from "./declared-nodes.js";
import { received } from "./wire/arrow-library.js";
import { createWorkerPool, type WorkerPool } from "./worker-pool.js";

/**
 * The worker threads of a runner, none of them started yet; `undefined` where it has none. A runner within a worker has none.
 *
 * @throws LarderError `invalid-option`
 */
export function workersFor(options: {
  readonly mode?: string | undefined;
  readonly workers?: number | undefined;
}): WorkerPool | undefined {
  const { mode = "local", workers = availableParallelism() } = options;
  if (mode !== "local" && mode !== "workers") {
    throw new LarderError(`'mode' is '${mode}'; it must be local or workers.`, {
      code: "invalid-option",
      facts: { option: "mode", value: mode },
    });
  }
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new LarderError(`'workers' is ${workers}; it must be a whole number of at least 1.`, {
      code: "invalid-option",
      facts: { option: "workers", value: workers },
    });
  }
  if (mode === "local" || workerRealm() !== undefined) return undefined;
  return createWorkerPool({ size: workers, program: workerProgram(), receive: received });
}
