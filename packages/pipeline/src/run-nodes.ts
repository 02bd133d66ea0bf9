import { AttemptAborted, type Attempted, AttemptsFailed, attemptNode } from "./attempt.js";
import { createDecider, type Decider, type ParentValue, type Verdict } from "./decide.js";
import { detailsOf, explainMiss } from "./explain.js";
import { digestOnce } from "./input-digests.js";
import { createResultKeeper, type MissVerdict, type Outcome } from "./keep-result.js";
import { bringStored } from "./leases/bring-stored.js";
import type { ResultLease } from "./leases/compute-once.js";
import { ItemList } from "./map/item-list.js";
import type { ItemSlot } from "./map/item-slot.js";
import { createMapNodes } from "./map/map-nodes.js";
import { createMapRuns } from "./map/run-map-node.js";
import { inputsOf } from "./nested/nesting.js";
import { NoValue } from "./no-value.js";
import { type NodeProgress, newProgress, recordFound } from "./node-progress.js";
import type { NodeKey, PreparedNode } from "./prepared-node.js";
import type { AbsentReason, FoundResult } from "./result-store.js";
import type { RunSources } from "./run-sources.js";
import { textOf } from "./text-of-error.js";

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
  const maps = createMapNodes(sources);
  const announced = new Set<NodeProgress>();
  const once = sources.singleFlight ? store?.computeOnce(signal) : undefined;
  const runMapNode = createMapRuns({
    ...{ maps, keeper, clock, signal, progress, announce, stop, fail, made, keep, forget, runAgain },
    bringOnce,
    onStarted: sources.onStarted,
  });
  const positions = once && new Map(sources.nodes.map((prepared, position) => [prepared, position]));
  const decider: Decider =
    store === undefined
      ? withoutCache
      : createDecider({
          ...{ store, settle },
          onSame: (...same) => keeper!.keepSame(...same),
          onAbsent:
            once &&
            ((prepared, { key }) =>
              once.expect(key, positions!.get(prepared)!, async () => {
                return typeof (await store.find(key, prepared.node.options.ttlSeconds)) === "object";
              })),
        });

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
    const { key } = verdict;
    const loaded = await load(prepared, verdict.found, verdict.reason, key);
    if (typeof loaded === "object") return loaded;
    // The promise can't be kept, so this is a miss after all, and what it reads is decided about in its turn.
    return run(prepared, { verdict: "miss", key, same: undefined, absent: loaded, parentValues: new Map() });
  }

  /** A stored result, read; or why it could not be. */
  async function load(
    prepared: PreparedNode,
    found: FoundResult,
    reason: string,
    key: NodeKey,
  ): Promise<Outcome | AbsentReason> {
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
    // Another writer may have replaced the entry since the decision; what was read is what counts.
    const { record } = entry;
    const onRead = () => {
      const state = progress(prepared);
      state.decision ??= "hit";
      if (state.decision !== "hit") return;
      state.reason = reason;
      state.seconds = (clock.monotonic() - start) / 1000;
      recordFound(state, record, found.key);
      announce(state);
    };
    if (value instanceof ItemList) {
      const again = runAgain(prepared, {
        verdict: "miss",
        key,
        same: undefined,
        absent: "absent",
        parentValues: new Map(),
      });
      return maps.found({ list: value, record, again, onRead });
    }
    onRead();
    return { value: () => value, digest: digestOnce(value, prepared.node.output, record.valueDigest), doubtful: false };
  }

  /** Says what has become of a node, once: a map that was a hit may prove to be gone in part. */
  function announce(state: NodeProgress): void {
    if (announced.has(state)) return;
    announced.add(state);
    sources.onSettled(state);
  }

  function run(prepared: PreparedNode, verdict: Exclude<Verdict, { verdict: "hit" }>): Promise<Outcome> {
    let known = runs.get(prepared);
    if (known === undefined) {
      known = runOnce(prepared, verdict);
      runs.set(prepared, known);
    }
    return known;
  }

  /** Runs a map once more when results of its items that were told prove gone. */
  function runAgain(prepared: PreparedNode, verdict: Exclude<Verdict, { verdict: "hit" }>) {
    const gone = verdict.verdict === "miss" ? ({ ...verdict, absent: "items gone" } as const) : verdict;
    return (inHand: ReadonlyMap<string, ItemSlot>) => runOnce(prepared, gone, inHand);
  }

  /** @param inHand - of a map that runs once more: what it has computed already */
  async function runOnce(
    prepared: PreparedNode,
    verdict: Exclude<Verdict, { verdict: "hit" }>,
    inHand?: ReadonlyMap<string, ItemSlot>,
  ): Promise<Outcome> {
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
    if (prepared.node.options.mapAxis !== undefined) return runMapNode(prepared, verdict, values, explained, inHand);
    const args = await argumentsOf(prepared, values);
    if (miss === undefined) return made(prepared, await call(prepared, args, explained), verdict);
    return bringOnce(
      prepared,
      miss,
      (onPlace) => call(prepared, args, explained, onPlace),
      (attempted, lease) => keep(prepared, miss, values, attempted, explained!, lease),
    );
  }

  /** Makes a result and keeps it, under its lease; or, where somebody else was faster, reads theirs. */
  async function bringOnce<Made>(
    prepared: PreparedNode,
    miss: MissVerdict,
    make: (onPlace?: () => Promise<void>) => Promise<Made>,
    keepMade: (made: Made, lease?: ResultLease) => Promise<Outcome>,
  ): Promise<Outcome> {
    // What always runs does not wait for what others make; nor does a map that found theirs incomplete.
    if (once === undefined || miss.absent === "recompute" || miss.absent === "items gone")
      return keepMade(await make());
    const read = (found: FoundResult) => load(prepared, found, "computed elsewhere", miss.key);
    const brought = await bringStored({ once, store: store!, prepared, miss, read, make }).catch((error: unknown) => {
      if (signal.aborted && error === signal.reason) return stop(prepared, "the run was aborted");
      throw error;
    });
    if (brought.found !== undefined) return brought.found;
    try {
      return await keepMade(brought.made, brought.lease);
    } catch (error) {
      brought.lease.release(false);
      throw error;
    }
  }

  async function argumentsOf(prepared: PreparedNode, values: readonly Outcome[]): Promise<Record<string, unknown>> {
    const args: Record<string, unknown> = {};
    for (const { argument, name } of inputsOf(prepared.node)) args[argument] = sources.inputs[name];
    try {
      for (const [index, { input }] of prepared.parents.entries()) args[input] = await values[index]!.value();
    } catch (error) {
      if (error instanceof NoValue) return stop(prepared, "what it reads was not made");
      throw error;
    }
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
          node: prepared.node,
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
    onPlace?: () => Promise<void>,
  ): Promise<Attempted> {
    const { caller, limit } = sources;
    try {
      const onStart = () => sources.onStarted?.(progress(prepared), explained);
      return await attemptNode({ node: prepared.node, args, caller, limit, signal, clock, onPlace, onStart });
    } catch (error) {
      if (error instanceof AttemptAborted) return stop(prepared, "the run was aborted");
      if (!(error instanceof AttemptsFailed)) throw error;
      return fail(prepared, error, explained);
    }
  }

  async function fail(
    prepared: PreparedNode,
    error: Pick<AttemptsFailed, "cause" | "seconds" | "attempts">,
    explained: ReturnType<typeof explain> | undefined,
  ): Promise<never> {
    const state = progress(prepared);
    state.decision = "failed";
    state.reason = error.cause instanceof Error ? error.cause.message : String(error.cause);
    state.because = (await explained)?.because ?? [];
    state.seconds = error.seconds;
    state.attempts = error.attempts;
    state.error = { error: error.cause };
    announce(state);
    throw new NoValue();
  }

  /** The outcome of a node that is not cached. */
  function made(prepared: PreparedNode, attempted: Attempted, verdict: Verdict): Outcome {
    const state = progress(prepared);
    state.decision = "no-cache";
    state.reason = verdict.verdict === "no-cache" ? verdict.reason : "";
    state.seconds = attempted.seconds;
    state.attempts = attempted.attempts;
    announce(state);
    if (verdict.verdict === "no-cache" && verdict.late === true) {
      const message = `Node '${prepared.node.name}' ran uncached: of what it reads, ${verdict.reason}.`;
      warn({ code: "undigestable-input", node: prepared.node.name, message });
    }
    const { value } = attempted;
    return { value: () => value, digest: digestOnce(value, prepared.node.output), doubtful: false };
  }

  /** The outcome of a cached node; what is stored of it is made before anybody else can change the value. */
  async function keep(
    prepared: PreparedNode,
    miss: MissVerdict,
    parents: readonly Outcome[],
    attempted: Attempted,
    explained: ReturnType<typeof explain>,
    lease?: ResultLease,
  ): Promise<Outcome> {
    const { value, seconds } = attempted;
    const state = progress(prepared);
    const digest = digestOnce(value, prepared.node.output);
    const { details, reason, because } = await explained;
    const onLost = () => forget(state);
    const kept = await keeper!.keep({
      ...{ prepared, miss, parents, value, seconds, details, onLost },
      digest: digest(),
      onSettled: lease?.release,
    });
    if (kept.record !== undefined) recordFound(state, kept.record, miss.key.key);
    Object.assign(state, { decision: "miss", reason, because, seconds, savedSeconds: 0, attempts: attempted.attempts });
    announce(state);
    return { value: () => value, digest, doubtful: kept.doubtful };
  }

  /** What was to be stored is not. */
  function forget(state: NodeProgress): void {
    delete state.storedUnder;
    state.bytes = null;
  }

  function stop(prepared: PreparedNode, reason: string): never {
    const state = progress(prepared);
    if (state.decision === undefined) {
      state.decision = "not-run";
      state.reason = reason;
      announce(state);
    }
    throw new NoValue();
  }

  return {
    value: async (prepared) => (await outcomeOf(prepared)).value(),
    settle,
    progress,
    decider,
    async finish() {
      await keeper?.finish();
      await once?.finish();
    },
  };
}

const withoutCache: Decider = {
  decide: async ({ identity }) => ({ verdict: "no-cache", reason: identity.cached ? "" : identity.reason }),
  knownKey: async () => undefined,
};
