import { mkdir, rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Interrupts } from "@larder/app-shared";
import { type JsonValue, LarderError } from "@larder/core";
import { type ActProcess, startAct } from "./act-process.js";
import type { ActOutcome, ActRequest, FailedOutcome } from "./act-protocol.js";
import type { DemoOptions } from "./command-line.js";
import type { Printer } from "./printer.js";

/** What a run of the demo has at hand. */
export interface RunContext {
  readonly options: DemoOptions;
  readonly print: Printer;
  readonly interrupts: Interrupts;
}

/** An act that came to its end. */
export interface FinishedAct {
  readonly outcome: ActOutcome & { readonly ok: true };
  /** From the start of its process to its end. */
  readonly processSeconds: number;
}

/**
 * Performs an act in a new process.
 *
 * @param name - what to call it, such as `act 1`
 * @throws LarderError with the sentence the act handed back, or `interrupted`
 */
export async function finishAct(
  { options, print, interrupts }: RunContext,
  request: ActRequest,
  name: string,
): Promise<FinishedAct> {
  refuseInterrupted(interrupts);
  const act = startAct(request, { keepStdoutClean: options.json });
  print.soft(`  ${name} runs in process ${act.processId}…`);
  stopWhenInterrupted(act, interrupts);
  const { outcome, processSeconds } = await act.outcome;
  refuseInterrupted(interrupts);
  if (!outcome.ok) throw refusalOf(outcome);
  return { outcome, processSeconds };
}

/** Waits for a process of ours, which ends early when the demo is interrupted. @throws LarderError `interrupted` */
export async function finishStarted<Outcome>(
  { interrupts }: RunContext,
  process: ActProcess<Outcome>,
): Promise<{ readonly outcome: Outcome; readonly processSeconds: number }> {
  stopWhenInterrupted(process, interrupts);
  const finished = await process.outcome;
  refuseInterrupted(interrupts);
  return finished;
}

/** Stops a process of ours when the demo shall end before it has ended. */
export function stopWhenInterrupted(act: ActProcess, { signal }: Interrupts): void {
  const stop = () => act.stop();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const ended = () => signal.removeEventListener("abort", stop);
  act.outcome.then(ended, ended);
}

/** The error a process of ours handed back. */
export function refusalOf({ message, code }: FailedOutcome): LarderError {
  return new LarderError(message, { code });
}

/** @throws LarderError `interrupted` once the demo shall end */
export function refuseInterrupted(interrupts: Interrupts): void {
  if (interrupts.exitCode !== undefined) throw new LarderError("The demo was interrupted.", { code: "interrupted" });
}

/** Where the report goes, unless the user says otherwise. */
export function reportPath(options: DemoOptions): string {
  return options.report ?? join(options.base, ".larder-demo", "report.html");
}

/** Writes the report whole or not at all. @throws LarderError `report-not-written` */
export async function writeReport(path: string, html: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, html);
    await rename(unfinished, path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new LarderError(`The report could not be written to ${path} (${reason}). Name another file with --report.`, {
      code: "report-not-written",
      facts: { path },
      cause,
    });
  }
}

/** Versions and machine, for the end of a report. */
export function factsOfMachine(): Record<string, JsonValue> {
  const { version } = createRequire(import.meta.url)("@larder/core/package.json") as { version: string };
  return { Larder: version, Node: process.version, platform: `${process.platform} ${process.arch}` };
}
