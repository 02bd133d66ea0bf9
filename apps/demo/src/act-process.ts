import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LarderError } from "@larder/core";
import type {
  ActOutcome,
  ActRequest,
  BackendCheckOutcome,
  BackendCheckRequest,
  ProcessRequest,
} from "./act-protocol.js";
import {
  isHalfWay,
  type MakeDatabaseOutcome,
  type MakeDatabaseRequest,
  type StepOutcome,
  type StepRequest,
} from "./database/database-protocol.js";
import type {
  FolioStepOutcome,
  FolioStepRequest,
  PublishFolioOutcome,
  PublishFolioRequest,
} from "./folio/folio-protocol.js";

/** Work that is being done in a process of its own. */
export interface ActProcess<Outcome = unknown> {
  readonly processId: number;
  /** Comes when the process has ended; `processSeconds` is from its start to its end. */
  readonly outcome: Promise<{ readonly outcome: Outcome; readonly processSeconds: number }>;
  /** Asks the process to end, and ends it when it does not within two seconds. */
  stop(): void;
}

/** How a process is started. */
export interface StartOptions {
  /** Send what the user's code prints to stderr. */
  readonly keepStdoutClean: boolean;
  /** Send the process what Ctrl-C sends, when it says that it is half-way. */
  readonly interruptHalfWay?: boolean;
}

/**
 * Starts one act, or what else is done in a new process. Its `[CACHE]` lines go to this process's stderr as they come.
 *
 * @throws LarderError `act-died` (by the promise) when the process ends without an outcome
 */
export function startAct(request: ActRequest, options: StartOptions): ActProcess<ActOutcome>;
export function startAct(request: BackendCheckRequest, options: StartOptions): ActProcess<BackendCheckOutcome>;
export function startAct(request: MakeDatabaseRequest, options: StartOptions): ActProcess<MakeDatabaseOutcome>;
export function startAct(request: StepRequest, options: StartOptions): ActProcess<StepOutcome>;
export function startAct(request: PublishFolioRequest, options: StartOptions): ActProcess<PublishFolioOutcome>;
export function startAct(request: FolioStepRequest, options: StartOptions): ActProcess<FolioStepOutcome>;
export function startAct(request: ProcessRequest, options: StartOptions): ActProcess {
  const fromSource = import.meta.url.endsWith(".ts");
  const entry = new URL(fromSource ? "./act.ts" : "./act.js", import.meta.url);
  const conditions = fromSource ? ["--conditions=larder-source"] : [];
  const started = performance.now();
  const child = spawn(process.execPath, [...conditions, "--import", import.meta.resolve("tsx"), fileURLToPath(entry)], {
    stdio: ["ignore", options.keepStdoutClean ? 2 : "inherit", "inherit", "ipc"],
  });
  let killer: NodeJS.Timeout | undefined;
  const onHalfWay = () => {
    if (options.interruptHalfWay === true) child.kill("SIGINT");
  };
  const outcome = outcomeOf(child, onHalfWay).then((outcome) => {
    clearTimeout(killer);
    return { outcome, processSeconds: (performance.now() - started) / 1000 };
  });
  child.send(request, () => {});
  return {
    processId: child.pid ?? -1,
    outcome,
    stop() {
      child.kill("SIGTERM");
      killer ??= setTimeout(() => child.kill("SIGKILL"), 2000);
    },
  };
}

function outcomeOf(child: ChildProcess, onHalfWay: () => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let outcome: unknown;
    child.on("message", (message) => {
      if (isHalfWay(message)) onHalfWay();
      else outcome = message;
    });
    child.on("error", (cause) => {
      reject(new LarderError(`The act could not be started: ${cause.message}.`, { code: "act-died", cause }));
    });
    child.on("close", (exitCode, signal) => {
      if (outcome !== undefined) return resolve(outcome);
      const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
      reject(
        new LarderError(
          `The process of this act (${child.pid}) ended ${how} before it had a result. What was stored until then is kept; run the demo again.`,
          { code: "act-died", facts: { processId: child.pid, exitCode, signal } },
        ),
      );
    });
  });
}
