import { setMaxListeners } from "node:events";
import { availableParallelism } from "node:os";
import { type Clock, LarderError } from "@larder/core";
import pLimit from "p-limit";
import type { CacheConfig } from "./cache-config.js";
import type { LineWriter } from "./cache-lines.js";
import { type CodeReader, codeReaderFor, defaultDependencyDepth } from "./code-reader.js";
import type { PipelineEventListener } from "./events/pipeline-event.js";
import { type RunWatch, watchRun } from "./events/run-watch.js";
import type { FileDigests } from "./file-digests.js";
import { inputsOf } from "./nested/nesting.js";
import { localCaller, type NodeCaller } from "./node-caller.js";
import { type NodeProgress, recordFound } from "./node-progress.js";
import type { Pipeline } from "./pipeline.js";
import { type NodeFailure, PipelineError } from "./pipeline-error.js";
import { checkRequest, prepareRun } from "./prepare-run.js";
import type { PreparedNode } from "./prepared-node.js";
import type { RunReport, RunWarning } from "./report.js";
import type { ResultStore } from "./result-store.js";
import { createNodeRunner, type NodeRunner } from "./run-nodes.js";
import { createRunReport } from "./run-report.js";
import { createWorkerCaller } from "./workers/worker-caller.js";
import type { WorkerPool } from "./workers/worker-pool.js";

/** What a runner has, whatever it runs. */
export interface RunnerParts {
  readonly config: CacheConfig;
  /** `undefined` when caching is off. */
  readonly store: ResultStore | undefined;
  /** `undefined` when caching is off. */
  readonly codeReader: CodeReader | undefined;
  readonly fileDigests: FileDigests;
  readonly clock: Clock;
  readonly writer: LineWriter;
  readonly onEvent: PipelineEventListener | undefined;
  /** `undefined` where nodes run in this thread. */
  readonly workers: WorkerPool | undefined;
}

/** What one run is asked for. */
export interface RunRequest {
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  readonly outputs?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly concurrency?: number | undefined;
}

/** Runs a pipeline once. */
export async function runPipeline(
  pipeline: Pipeline,
  asked: RunRequest,
  parts: RunnerParts,
): Promise<{ readonly outputs: Readonly<Record<string, unknown>>; readonly report: RunReport }> {
  const { config, store, clock } = parts;
  const request = checkRequest(pipeline, asked.inputs, asked.outputs);
  const concurrency = concurrencyOf(asked.concurrency);
  const start = clock.monotonic();
  const watch = watchRun({
    ...parts,
    pipeline: pipeline.name,
    verbose: config.enabled === true && config.verbose !== false,
    now: () => clock.now(),
  });
  const warnings: RunWarning[] = [];
  const warn = collectWarnings(warnings, watch);
  const stopListening = store?.onWarning(({ code, message }) => warn({ code, message }));
  // One signal inside: however many nodes wait for it, the caller's has one listener.
  const aborting = new AbortController();
  setMaxListeners(0, aborting.signal);
  const onAbort = () => aborting.abort(asked.signal?.reason);
  if (asked.signal?.aborted) onAbort();
  asked.signal?.addEventListener("abort", onAbort, { once: true });
  let caller: NodeCaller | undefined;
  let report: RunReport | undefined;
  let outcome: "done" | "failed" | "aborted" = "failed";
  watch.started(request.outputs);
  try {
    const prepared = await prepareRun({ ...parts, pipeline, request, signal: aborting.signal, warn }).catch((error) => {
      throw aborting.signal.aborted ? abortedEarly(pipeline, aborting.signal) : error;
    });
    caller = callerFor(parts, concurrency, warn);
    const runner = createNodeRunner({
      ...parts,
      ...prepared,
      pipelineName: pipeline.name,
      limit: pLimit(concurrency),
      caller,
      signal: aborting.signal,
      singleFlight: config.singleFlight !== false,
      perItemCaching: config.perItemCaching !== false,
      warn,
      onStarted: ({ node, output }, explained) => watch.nodeStarted(node, output, explained),
      onMapProgress: watch.mapProgress,
      onSettled: watch.nodeSettled,
    });
    const outputs = await runNodes(prepared.nodes, prepared.requested, runner);
    await describeTheRest(prepared.nodes, runner, store, watch);
    await runner.finish();
    const progresses = prepared.nodes.map((node) => runner.progress(node));
    const seconds = (clock.monotonic() - start) / 1000;
    report = createRunReport({ pipeline: pipeline.name, seconds, progresses, warnings, store });
    const failure = failureOf(pipeline, prepared.nodes, runner, aborting.signal, report, outputs, prepared.requested);
    if (failure !== undefined) throw failure;
    outcome = "done";
    return { outputs, report };
  } finally {
    caller?.finish?.();
    asked.signal?.removeEventListener("abort", onAbort);
    stopListening?.();
    if (outcome !== "done" && aborting.signal.aborted) outcome = "aborted";
    watch.ended(outcome, (clock.monotonic() - start) / 1000, report?.totals);
  }
}

function callerFor(
  { workers, codeReader, config }: RunnerParts,
  concurrency: number,
  warn: (warning: RunWarning) => void,
): NodeCaller {
  if (workers === undefined) return localCaller(concurrency);
  const dependencyDepth = config.dependencyDepth ?? defaultDependencyDepth;
  const reader = codeReader ?? codeReaderFor(dependencyDepth);
  return createWorkerCaller({ pool: workers, concurrency, codeReader: reader, dependencyDepth, warn });
}

function collectWarnings(warnings: RunWarning[], watch: RunWatch): (warning: RunWarning) => void {
  const seen = new Set<string>();
  return (warning) => {
    const id = `${warning.code} ${warning.message}`;
    if (seen.has(id)) return;
    seen.add(id);
    warnings.push(warning);
    watch.warning(warning);
  };
}

function concurrencyOf(concurrency: number = availableParallelism()): number {
  if (Number.isInteger(concurrency) && concurrency >= 1) return concurrency;
  throw new LarderError(`'concurrency' is ${concurrency}; it must be a whole number of at least 1.`, {
    code: "invalid-option",
    facts: { option: "concurrency", value: concurrency },
  });
}

/** Starts what must run, and waits until nothing is under way. Returns the requested outputs that were made. */
async function runNodes(
  nodes: readonly PreparedNode[],
  requested: readonly PreparedNode[],
  runner: NodeRunner,
): Promise<Record<string, unknown>> {
  // In order, so that no chain of parents, however long, is entered from its end.
  const always = nodes
    .filter(({ node, identity }) => !identity.cached || node.behavior === "recompute")
    .map((prepared) => runner.settle(prepared));
  const values = await Promise.allSettled(requested.map((prepared) => runner.value(prepared)));
  await Promise.all(always);
  const outputs: Record<string, unknown> = {};
  for (const [index, { node }] of requested.entries()) {
    const value = values[index]!;
    if (value.status === "fulfilled") outputs[node.output] = value.value;
    else if (runner.progress(requested[index]!).decision === undefined) throw value.reason;
  }
  return outputs;
}

/** Says of the nodes that nobody needed what is stored of them. Reads records only. */
async function describeTheRest(
  nodes: readonly PreparedNode[],
  runner: NodeRunner,
  store: ResultStore | undefined,
  watch: RunWatch,
): Promise<void> {
  const undecided = nodes.filter((prepared) => runner.progress(prepared).decision === undefined);
  const unfinished = nodes.some((prepared) => /failed|not-run/.test(runner.progress(prepared).decision ?? ""));
  await Promise.all(
    undecided.map(async (prepared) => {
      const state = runner.progress(prepared);
      const key = await runner.decider.knownKey(prepared);
      const found = key === undefined ? undefined : await store?.find(key.key, prepared.node.options.ttlSeconds);
      if (typeof found === "object") recordFound(state, found.record, found.key);
      else if (unfinished) {
        state.decision = "not-run";
        state.reason = "the run ended before";
        return;
      }
      state.decision = "skipped";
      state.reason = "not needed";
    }),
  );
  for (const prepared of undecided) watch.nodeSettled(runner.progress(prepared));
}

function failureOf(
  pipeline: Pipeline,
  nodes: readonly PreparedNode[],
  runner: NodeRunner,
  signal: AbortSignal,
  report: RunReport,
  outputs: Readonly<Record<string, unknown>>,
  requested: readonly PreparedNode[],
): PipelineError | undefined {
  const failed = nodes.filter((prepared) => runner.progress(prepared).error !== undefined);
  const missing = requested.filter(({ node }) => !Object.hasOwn(outputs, node.output));
  const notRun = nodes.map((prepared) => runner.progress(prepared)).filter(({ decision }) => decision === "not-run");
  if (failed.length === 0 && missing.length === 0 && notRun.length === 0) return undefined;
  const failures = failed.map((prepared): NodeFailure => {
    const { error } = runner.progress(prepared) as Required<NodeProgress>;
    return { node: prepared.node.name, path: pathTo(prepared), error: error.error };
  });
  const aborted = signal.aborted;
  return new PipelineError({
    code: aborted ? "pipeline-aborted" : "pipeline-failed",
    pipeline: pipeline.name,
    failures,
    notRun: notRun.map(({ node }) => node),
    report,
    outputs,
    cause: aborted ? signal.reason : failures[0]?.error,
  });
}

/** The shortest way from an input of the pipeline, over nodes, to a node. */
function pathTo(target: PreparedNode): readonly string[] {
  const open: { readonly prepared: PreparedNode; readonly path: readonly string[] }[] = [
    { prepared: target, path: [target.node.name] },
  ];
  const seen = new Set<PreparedNode>();
  let longest: readonly string[] = [target.node.name];
  for (const { prepared, path } of open) {
    if (seen.has(prepared)) continue;
    seen.add(prepared);
    longest = path;
    const made = new Set(prepared.parents.map(({ input }) => input));
    const input = inputsOf(prepared.node).find(({ argument }) => !made.has(argument));
    if (input !== undefined) return [input.name, ...path];
    for (const { parent } of prepared.parents) open.push({ prepared: parent, path: [parent.node.name, ...path] });
  }
  return longest;
}

function abortedEarly(pipeline: Pipeline, signal: AbortSignal): PipelineError {
  const report = createRunReport({
    pipeline: pipeline.name,
    seconds: 0,
    progresses: [],
    warnings: [],
    store: undefined,
  });
  const notRun = pipeline.nodes.map(({ name }) => name);
  return new PipelineError({
    code: "pipeline-aborted",
    pipeline: pipeline.name,
    failures: [],
    notRun,
    report,
    outputs: {},
    cause: signal.reason,
  });
}
