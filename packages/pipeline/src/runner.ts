import { type CacheBackend, type Clock, LarderError, MemoryCache, systemClock } from "@larder/core";
import type { CacheConfig } from "./cache-config.js";
import type { LineWriter } from "./cache-lines.js";
import { codeReaderFor, defaultDependencyDepth } from "./code-reader.js";
import { olderBackend } from "./deprecated/older-backend.js";
import { alreadyOpen, type Opening, opening } from "./deprecated/opening.js";
import type { PipelineEventListener } from "./events/pipeline-event.js";
import { explainNode } from "./explain-node.js";
import { createFileDigests } from "./file-digests.js";
import type { FuncNode } from "./func-node.js";
import { didYouMean } from "./nearest-name.js";
import { type FinalOutputs, isPipeline, type Pipeline, type PipelineInputs, type PipelineOutputs } from "./pipeline.js";
import { PipelineError } from "./pipeline-error.js";
import type { Explanation, Plan } from "./plan.js";
import { planPipeline } from "./plan-pipeline.js";
import type { RunReport } from "./report.js";
import { createResultStore } from "./result-store.js";
import { type RunnerParts, type RunRequest, runPipeline } from "./run-pipeline.js";
import { strayInWorker } from "./workers/declared-nodes.js";
import { workersFor } from "./workers/workers-for.js";

/** What a runner is made with. */
export interface RunnerOptions {
  /**
   * Where nodes run. `local`, the default: in this thread. `workers`: nodes that say where they are declared, by `module`, in
   * worker threads; the others in this thread, with a warning.
   */
  readonly mode?: "local" | "workers" | undefined;
  /** Worker threads at most, in mode `workers`: a whole number from 1. Default: the number of processors. */
  readonly workers?: number | undefined;
  readonly cacheConfig?: CacheConfig;
  /** Nodes run at once, a whole number from 1. Default: the number of processors. */
  readonly concurrency?: number;
  /** Where `[CACHE]` lines go. Default: `process.stderr`. */
  readonly writer?: LineWriter;
  /** Told of everything that happens in runs. It is also published on the `node:diagnostics_channel` `larder:pipeline`. */
  readonly onEvent?: PipelineEventListener;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
}

/** Demands the inputs of a pipeline that has some. */
type InputsOption<P extends Pipeline> = [keyof PipelineInputs<P>] extends [never]
  ? { readonly inputs?: Readonly<Record<string, never>> }
  : { readonly inputs: PipelineInputs<P> };

/** Names of what a pipeline makes. */
export type OutputNames<P extends Pipeline> = keyof PipelineOutputs<P> & string;

/** What one run is asked for. */
export type RunOptions<P extends Pipeline, Wanted extends OutputNames<P> = OutputNames<P>> = InputsOption<P> & {
  /** Names of what to return; only what these need runs. Default: what no node reads. */
  readonly outputs?: readonly Wanted[];
  /** Aborting it starts no more nodes, aborts those under way and rejects the run. */
  readonly signal?: AbortSignal;
  /** Nodes run at once, a whole number from 1. Default: the runner's. */
  readonly concurrency?: number;
};

/** What a run gives. */
export interface RunResult<P extends Pipeline, Wanted extends OutputNames<P>> {
  readonly outputs: { readonly [Name in Wanted]: PipelineOutputs<P>[Name] };
  readonly report: RunReport;
}

/** What `why` is told; inputs that are missing make what they lead to unknown. */
export interface WhyOptions<P extends Pipeline> {
  readonly inputs?: Partial<PipelineInputs<P>>;
}

type Defaults<P extends Pipeline> = FinalOutputs<P> & OutputNames<P>;

/** Pipelines without inputs run without options. */
type NeedsNothing<P extends Pipeline> = [keyof PipelineInputs<P>] extends [never] ? P : never;

/**
 * Runs pipelines, and keeps results if told to.
 *
 * `new Runner(options)`, then `run(pipeline, options)`; or, as in older code, `new Runner(pipeline, options)`, then
 * `run(options)`.
 */
export class Runner<Own extends Pipeline = never> {
  readonly #parts: Opening<RunnerParts>;
  /** What the runner opened by itself, to be closed with it. */
  #ownBackend: CacheBackend | undefined;
  readonly #pipeline: Pipeline | undefined;
  readonly #concurrency: number | undefined;
  /** What the last run of each pipeline found, for `why`. */
  readonly #explanations = new WeakMap<Pipeline, ReadonlyMap<string, Explanation>>();
  readonly #inputs = new WeakMap<Pipeline, Readonly<Record<string, unknown>>>();

  constructor(options?: RunnerOptions);
  constructor(pipeline: Own, options?: RunnerOptions);
  constructor(first: Own | RunnerOptions = {}, second: RunnerOptions = {}) {
    const options = isPipeline(first) ? second : (first as RunnerOptions);
    this.#pipeline = isPipeline(first) ? first : undefined;
    const older = olderBackend(options.cacheConfig ?? {});
    if (older === undefined) {
      this.#parts = alreadyOpen(partsOf(options, options.cacheConfig?.backend as CacheBackend | undefined));
    } else {
      this.#parts = opening(async () => {
        const backend = options.cacheConfig?.enabled === true ? await older.open() : undefined;
        if (older.own) this.#ownBackend = backend;
        return partsOf(options, backend);
      });
    }
    this.#concurrency = options.concurrency;
  }

  /**
   * Runs what must run and returns the outputs.
   *
   * @throws LarderError `missing-input`, `unknown-input`, `unknown-output`, `file-not-found`, …, before anything runs
   * @throws PipelineError when a node failed or the run was aborted, with the report and the outputs that were made
   */
  run<P extends Pipeline, const Wanted extends OutputNames<P> = Defaults<P>>(
    pipeline: NeedsNothing<P>,
  ): Promise<RunResult<P, Wanted>>;
  run<P extends Pipeline, const Wanted extends OutputNames<P> = Defaults<P>>(
    pipeline: P,
    options: RunOptions<P, Wanted>,
  ): Promise<RunResult<P, Wanted>>;
  run<const Wanted extends OutputNames<Own> = Defaults<Own>>(
    options: RunOptions<Own, Wanted>,
  ): Promise<RunResult<Own, Wanted>>;
  async run(first?: unknown, second?: unknown): Promise<unknown> {
    if (strayInWorker()) return new Promise(() => {});
    const [pipeline, request] = this.#target(first, second);
    this.#inputs.set(pipeline, { ...request.inputs });
    const keep = (report: RunReport) => this.#explanations.set(pipeline, explanationsOf(report));
    try {
      const concurrency = request.concurrency ?? this.#concurrency;
      const result = await runPipeline(pipeline, { ...request, concurrency }, await this.#parts.opened());
      keep(result.report);
      return result;
    } catch (error) {
      if (error instanceof PipelineError) keep(error.report);
      throw error;
    }
  }

  /**
   * Ends the worker threads that have nothing to do, and closes what the runner opened by itself. The process ends without
   * it, too; a later run starts anew.
   */
  async close(): Promise<void> {
    await this.#parts.current?.workers?.close();
    const own = this.#ownBackend;
    if (own === undefined) return;
    this.#ownBackend = undefined;
    this.#parts.forget();
    await own.close?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /**
   * What a run would do with each node, by the same decisions; runs and writes nothing.
   *
   * @throws LarderError as {@link Runner.run} does before anything runs
   */
  plan<P extends Pipeline>(pipeline: NeedsNothing<P>): Promise<Plan>;
  plan<P extends Pipeline>(pipeline: P, options: RunOptions<P>): Promise<Plan>;
  plan(options: RunOptions<Own>): Promise<Plan>;
  async plan(first?: unknown, second?: unknown): Promise<Plan> {
    const [pipeline, request] = this.#target(first, second);
    return planPipeline(pipeline, request, await this.#parts.opened());
  }

  /**
   * Why a node ran in this runner's last run of the pipeline, or not. With `inputs`, or before any run: why it would
   * run now; inputs left out are those of the last run.
   *
   * @param node - its name, or its output's
   * @throws LarderError `unknown-node`, `unknown-input`
   */
  why<P extends Pipeline>(pipeline: P, node: string, options?: WhyOptions<P>): Promise<Explanation>;
  why(node: string, options?: WhyOptions<Own>): Promise<Explanation>;
  async why(
    first: Pipeline | string,
    second?: string | WhyOptions<Pipeline>,
    third?: WhyOptions<Pipeline>,
  ): Promise<Explanation> {
    const [pipeline, name, options] = isPipeline(first)
      ? [first, second as string, third]
      : [this.#ownPipeline(), first, second as WhyOptions<Pipeline> | undefined];
    const node = findNode(pipeline, name);
    const last = this.#explanations.get(pipeline)?.get(node.name);
    if (last !== undefined && options?.inputs === undefined) return last;
    const inputs = { ...this.#inputs.get(pipeline), ...options?.inputs };
    return explainNode(pipeline, node, inputs, await this.#parts.opened());
  }

  /** Tells both forms of a call apart; the signatures above have checked the rest. */
  #target(first: unknown, second: unknown): readonly [Pipeline, RunRequest] {
    return isPipeline(first)
      ? [first, (second ?? {}) as RunRequest]
      : [this.#ownPipeline(), (first ?? {}) as RunRequest];
  }

  #ownPipeline(): Pipeline {
    if (this.#pipeline !== undefined) return this.#pipeline;
    throw new LarderError("No pipeline was given. Call run(pipeline, options), or make the runner with its pipeline.", {
      code: "no-pipeline",
    });
  }
}

function findNode(pipeline: Pipeline, name: string): FuncNode {
  const found =
    pipeline.nodes.find((node) => node.name === name) ?? pipeline.nodes.find((node) => node.output === name);
  if (found !== undefined) return found;
  const names = pipeline.nodes.map((node) => node.name);
  throw new LarderError(`Pipeline '${pipeline.name}' has no node '${name}'.${didYouMean(name, names)}`, {
    code: "unknown-node",
    facts: { pipeline: pipeline.name, node: name, nodes: names },
  });
}

function explanationsOf(report: RunReport): ReadonlyMap<string, Explanation> {
  return new Map(
    report.nodes.map(({ node, decision, reason, because }) => [
      node,
      { node, decision, reason, because, unknownInputs: [] },
    ]),
  );
}

function partsOf(options: RunnerOptions, backend: CacheBackend | undefined): RunnerParts {
  const config = options.cacheConfig ?? {};
  const clock = options.clock ?? systemClock;
  const depth = config.dependencyDepth ?? defaultDependencyDepth;
  if (!Number.isInteger(depth) || depth < 0) {
    throw new LarderError(`'dependencyDepth' is ${depth}; it must be a whole number from 0.`, {
      code: "invalid-option",
      facts: { option: "dependencyDepth", value: depth },
    });
  }
  const enabled = config.enabled === true;
  const store = enabled
    ? createResultStore({ backend: backend ?? new MemoryCache(), codecs: config.codecs, clock })
    : undefined;
  return {
    config,
    store,
    codeReader: enabled ? codeReaderFor(depth) : undefined,
    fileDigests: createFileDigests({ cache: store?.cache, clock }),
    clock,
    writer: options.writer ?? process.stderr,
    onEvent: options.onEvent,
    workers: workersFor(options),
  };
}
