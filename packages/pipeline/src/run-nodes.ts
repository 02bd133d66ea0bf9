import type { BlobRecord, Clock } from "@larder/core";
import type { LimitFunction } from "p-limit";
import { AttemptAborted, type Attempted, AttemptsFailed, attemptNode } from "./attempt.js";
import { createDecider, type Decider, type ParentValue, type Verdict } from "./decide.js";
import { detailsOf, explainMiss } from "./explain.js";
import type { FileDigests } from "./file-digests.js";
import { type DigestedInput, type DigestOutcome, digestValue } from "./input-digests.js";
import { createResultKeeper, type MissVerdict, type Outcome } from "./keep-result.js";
import { type NodeProgress, newProgress } from "./node-progress.js";
import type { PreparedNode } from "./prepared-node.js";
import type { RunWarning } from "./report.js";
import type { AbsentReason, FoundResult, ResultStore } from "./result-store.js";

/** A node has no value in this run; its progress says why. */
class NoValue extends Error {}

/** What running nodes needs, the same for all nodes of a run. */
export interface RunSources {
  readonly pipelineName: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly digestedInputs: ReadonlyMap<string, DigestedInput>;
  /** `undefined` when caching is off; then no node is identified as cached. */
  readonly store: ResultStore | undefined;
  readonly fileDigests: FileDigests;
  readonly limit: LimitFunction;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly warn: (warning: RunWarning) => void;
  /** Called once per node, when what becomes of it is settled. */
  readonly onSettled: (progress: NodeProgress) => void;
}

/** The nodes of one run, each decided, loaded and run at most once. */
export interface NodeRunner {
  /** The value of a node: read where it is stored, made otherwise. Rejects when there is none. */
  value(prepared: PreparedNode): Promise<unknown>;
  /** Runs a node if it always runs or is not stored; reads nothing. Never rejects. */
  settle(prepared: PreparedNode): Promise<unknown>;
  progress(prepared: PreparedNode): NodeProgress;
  readonly decider: Decider;
  /** Waits until everything is written. */
  finish(): Promise<void>;
}

export function createNodeRunner(sources: RunSources): NodeRunner {
  const { store, signal, clock, warn } = sources;
  const progresses = new Map<PreparedNode, NodeProgress>();
  const settled = new Map<PreparedNode, Promise<ParentValue>>();
  const outcomes = new Map<PreparedNode, Promise<Outcome>>();
  const runs = new Map<PreparedNode, Promise<Outcome>>();
  const keeper = store === undefined ? undefined : createResultKeeper({ ...sources, store });
  const decider: Decider =
    store === undefined
      ? withoutCache
      : createDecider({ store, settle, onSame: (...same) => keeper!.keepSame(...same) });

  function progress(prepared: PreparedNode): NodeProgress {
    let known = progresses.get(prepared);
    if (known === undefined) {
      known = newProgress(prepared.node.name, prepared.node.output);
      progresses.set(prepared, known);
    }
    return known;
  }

  function settle(prepared: PreparedNode): Promise<ParentValue> {
    let known = settled.get(prepared);
    if (known === undefined) {
      known = settleOnce(prepared);
      settled.set(prepared, known);
    }
    return known;
  }

  async function settleOnce(prepared: PreparedNode): Promise<ParentValue> {
    const verdict = await decider.decide(prepared);
    if (verdict.verdict === "hit") {
      const { valueDigest } = verdict.found.record;
      if (valueDigest !== undefined) return { known: "digest", valueDigest, doubtful: false };
      return { known: "no-digest", message: `the value of '${prepared.node.output}' can't be digested` };
    }
    try {
      const outcome = await run(prepared, verdict);
      const digest = outcome.digest();
      if (digest.digest !== undefined) {
        return { known: "digest", valueDigest: digest.digest, doubtful: outcome.doubtful && !prepared.volatile };
      }
      return { known: "no-digest", message: `'${digest.path}' can't be digested` };
    } catch (error) {
      if (error instanceof NoValue) return { known: "never" };
      throw error;
    }
  }

  function outcomeOf(prepared: PreparedNode): Promise<Outcome> {
    let known = outcomes.get(prepared);
    if (known === undefined) {
      known = outcomeOnce(prepared);
      outcomes.set(prepared, known);
    }
    return known;
  }

  async function outcomeOnce(prepared: PreparedNode): Promise<Outcome> {
    const verdict = await decider.decide(prepared);
    if (verdict.verdict !== "hit") return run(prepared, verdict);
    if (signal.aborted) return stop(prepared, "the run was aborted");
    const loaded = await load(prepared, verdict.found, verdict.reason);
    if (typeof loaded === "object") return loaded;
    // The promise can't be kept, so this is a miss after all, and what it reads is decided about in its turn.
    const { key } = verdict;
    return run(prepared, { verdict: "miss", key, same: undefined, absent: loaded, parentValues: new Map() });
  }

  /** A stored result, read; or why it could not be. */
  async function load(prepared: PreparedNode, found: FoundResult, reason: string): Promise<Outcome | AbsentReason> {
    const start = clock.monotonic();
    const entry = await store!.open(found.key);
    if (entry === undefined) return "absent";
    let value: unknown;
    try {
      value = await entry.value();
    } catch (error) {
      warn({ code: "damaged-blob", node: prepared.node.name, message: textOf(error) });
      return "damaged";
    } finally {
      await entry.close();
    }
    const state = progress(prepared);
    state.decision = "hit";
    state.reason = reason;
    state.seconds = (clock.monotonic() - start) / 1000;
    recordFound(state, entry.record, found.key);
    sources.onSettled(state);
    const { valueDigest } = entry.record;
    // Another writer may have replaced the entry since the decision; what was read is what counts.
    return { value, digest: digestOnce(value, prepared.node.output, valueDigest), doubtful: false };
  }

  function run(prepared: PreparedNode, verdict: Exclude<Verdict, { verdict: "hit" }>): Promise<Outcome> {
    let known = runs.get(prepared);
    if (known === undefined) {
      known = runOnce(prepared, verdict);
      runs.set(prepared, known);
    }
    return known;
  }

  async function runOnce(prepared: PreparedNode, verdict: Exclude<Verdict, { verdict: "hit" }>): Promise<Outcome> {
    if (verdict.verdict === "blocked" || verdict.verdict === "depends") {
      // What this node waited for besides the failure is finished all the same.
      await Promise.all(prepared.parents.map(({ parent }) => settle(parent)));
      return stop(prepared, signal.aborted ? "the run was aborted" : "what it reads was not made");
    }
    const miss = verdict.verdict === "miss" ? verdict : undefined;
    const parents = await Promise.allSettled(prepared.parents.map(({ parent }) => outcomeOf(parent)));
    const broken = parents.find((parent) => parent.status === "rejected" && !(parent.reason instanceof NoValue));
    if (broken !== undefined) throw (broken as PromiseRejectedResult).reason;
    if (parents.some(({ status }) => status === "rejected")) {
      return stop(prepared, signal.aborted ? "the run was aborted" : "what it reads was not made");
    }
    if (signal.aborted) return stop(prepared, "the run was aborted");
    const values = parents.map((parent) => (parent as PromiseFulfilledResult<Outcome>).value);
    const explained = miss === undefined ? undefined : explain(prepared, miss);
    const attempted = await call(prepared, argumentsOf(prepared, values), explained);
    return miss === undefined
      ? made(prepared, attempted, verdict)
      : keep(prepared, miss, values, attempted, explained!);
  }

  function argumentsOf(prepared: PreparedNode, values: readonly Outcome[]): Record<string, unknown> {
    const args: Record<string, unknown> = {};
    for (const input of prepared.node.inputs) args[input] = sources.inputs[input];
    for (const [index, { input }] of prepared.parents.entries()) args[input] = values[index]!.value;
    return args;
  }

  async function explain(prepared: PreparedNode, miss: MissVerdict) {
    const details = detailsOf(prepared, miss.key, miss.parentValues)!;
    try {
      return {
        details,
        ...(await explainMiss({
          store: store!,
          nodeName: `${sources.pipelineName}/${prepared.node.name}`,
          key: miss.key,
          details,
          absent: miss.absent,
        })),
      };
    } catch (error) {
      warn({ code: "backend-failed", message: `The last signature of a node could not be read: ${textOf(error)}` });
      return { details, reason: "no earlier signature", because: [] };
    }
  }

  async function call(
    prepared: PreparedNode,
    args: Readonly<Record<string, unknown>>,
    explained: ReturnType<typeof explain> | undefined,
  ): Promise<Attempted> {
    try {
      return await attemptNode({ node: prepared.node, args, limit: sources.limit, signal, clock });
    } catch (error) {
      if (error instanceof AttemptAborted) return stop(prepared, "the run was aborted");
      if (!(error instanceof AttemptsFailed)) throw error;
      const state = progress(prepared);
      state.decision = "failed";
      state.reason = error.cause instanceof Error ? error.cause.message : String(error.cause);
      state.because = (await explained)?.because ?? [];
      state.seconds = error.seconds;
      state.attempts = error.attempts;
      state.error = { error: error.cause };
      sources.onSettled(state);
      throw new NoValue();
    }
  }

  /** The outcome of a node that is not cached. */
  function made(prepared: PreparedNode, attempted: Attempted, verdict: Verdict): Outcome {
    const state = progress(prepared);
    state.decision = "no-cache";
    state.reason = verdict.verdict === "no-cache" ? verdict.reason : "";
    state.seconds = attempted.seconds;
    state.attempts = attempted.attempts;
    sources.onSettled(state);
    if (verdict.verdict === "no-cache" && verdict.late === true) {
      const message = `Node '${prepared.node.name}' ran uncached: of what it reads, ${verdict.reason}.`;
      warn({ code: "undigestable-input", node: prepared.node.name, message });
    }
    return { value: attempted.value, digest: digestOnce(attempted.value, prepared.node.output), doubtful: false };
  }

  /** The outcome of a cached node; what is stored of it is made before anybody else can change the value. */
  async function keep(
    prepared: PreparedNode,
    miss: MissVerdict,
    parents: readonly Outcome[],
    attempted: Attempted,
    explained: ReturnType<typeof explain>,
  ): Promise<Outcome> {
    const { value, seconds } = attempted;
    const state = progress(prepared);
    const digest = digestOnce(value, prepared.node.output);
    const { details, reason, because } = await explained;
    const onLost = (): void => {
      delete state.storedUnder;
      state.bytes = null;
    };
    const kept = await keeper!.keep({ prepared, miss, parents, value, seconds, digest: digest(), details, onLost });
    if (kept.record !== undefined) recordFound(state, kept.record, miss.key.key);
    Object.assign(state, { decision: "miss", reason, because, seconds, savedSeconds: 0, attempts: attempted.attempts });
    sources.onSettled(state);
    return { value, digest, doubtful: kept.doubtful };
  }

  function stop(prepared: PreparedNode, reason: string): never {
    const state = progress(prepared);
    if (state.decision === undefined) {
      state.decision = "not-run";
      state.reason = reason;
      sources.onSettled(state);
    }
    throw new NoValue();
  }

  return {
    value: async (prepared) => (await outcomeOf(prepared)).value,
    settle,
    progress,
    decider,
    async finish() {
      await keeper?.finish();
    },
  };
}

const withoutCache: Decider = {
  decide: async ({ identity }) => ({ verdict: "no-cache", reason: identity.cached ? "" : identity.reason }),
  knownKey: async () => undefined,
};

function digestOnce(value: unknown, name: string, known?: string): () => DigestOutcome {
  let outcome: DigestOutcome | undefined = known === undefined ? undefined : { digest: known };
  return () => {
    outcome ??= digestValue(value, name);
    return outcome;
  };
}

/** Notes what is stored of a node. */
export function recordFound(state: NodeProgress, record: BlobRecord, key: string): void {
  const rows = record.details?.rows;
  state.rows = typeof rows === "number" ? rows : null;
  state.bytes = record.byteLength;
  state.savedSeconds = record.costSeconds ?? 0;
  state.storedUnder = key;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
