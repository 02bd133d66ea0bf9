import { LarderError } from "@larder/core";
import type { RunReport } from "./report.js";

/** One node that failed in a run. */
export interface NodeFailure {
  readonly node: string;
  /** From an input of the pipeline, over nodes, to the node that failed. */
  readonly path: readonly string[];
  readonly error: unknown;
}

/** What a run that did not reach all its outputs knows. */
export interface PipelineErrorOptions {
  readonly code: "pipeline-failed" | "pipeline-aborted";
  readonly pipeline: string;
  readonly failures: readonly NodeFailure[];
  readonly notRun: readonly string[];
  readonly report: RunReport;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly cause: unknown;
}

/** A run did not reach all its outputs. What did not depend on a failure was finished, and stored. */
export class PipelineError extends LarderError {
  readonly failures: readonly NodeFailure[];
  readonly report: RunReport;
  /** The requested outputs that were made. */
  readonly outputs: Readonly<Record<string, unknown>>;

  constructor(options: PipelineErrorOptions) {
    const { failures, notRun } = options;
    super(messageOf(options), {
      code: options.code,
      facts: {
        pipeline: options.pipeline,
        failures: failures.map(({ node, path, error }) => ({ node, path, message: textOf(error) })),
        notRun,
      },
      cause: options.cause,
    });
    this.failures = failures;
    this.report = options.report;
    this.outputs = options.outputs;
  }
}

function messageOf({ code, pipeline, failures, notRun, cause }: PipelineErrorOptions): string {
  const waiting = notRun.length === 0 ? "" : ` Not run: ${listOf(notRun)}.`;
  if (code === "pipeline-aborted") {
    return `The run of pipeline '${pipeline}' was aborted: ${textOf(cause)}.${waiting} What was finished is stored; run again to go on.`;
  }
  const described = failures.map(
    ({ node, path, error }) =>
      `Node '${node}' of pipeline '${pipeline}' failed (${path.join(" → ")} ✗): ${textOf(error)}`,
  );
  return `${described.join("\n")}${waiting === "" ? "" : `\n${waiting.trim()}`}`;
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `'${name}'`);
  return names.length > shown.length ? `${shown.join(", ")} and ${names.length - shown.length} more` : shown.join(", ");
}

function textOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\.$/, "");
}
