import { type Clock, LarderError } from "@larder/core";
import { AttemptAborted, type Attempted, type AttemptsFailed } from "../attempt.js";
import type { Verdict } from "../decide.js";
import type { MissExplanation } from "../explain.js";
import type { MissVerdict, Outcome, ResultKeeper } from "../keep-result.js";
import type { ResultLease } from "../leases/compute-once.js";
import { NoValue } from "../no-value.js";
import { type NodeProgress, recordFound } from "../node-progress.js";
import type { PreparedNode } from "../prepared-node.js";
import type { SignatureDetails } from "../signature-details.js";
import type { ItemSlot } from "./item-slot.js";
import { type MapNodes, type MapRequest, reasonOfMap } from "./map-nodes.js";
import { MapFailed, type MapMade } from "./run-map.js";

type NoHit = Exclude<Verdict, { verdict: "hit" }>;
type Explained = Promise<MissExplanation & { readonly details: SignatureDetails }>;
type InHand = ReadonlyMap<string, ItemSlot>;

/** What a run does with every node, maps or not. */
export interface NodeSteps {
  readonly maps: MapNodes;
  readonly keeper: ResultKeeper | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  progress(prepared: PreparedNode): NodeProgress;
  announce(state: NodeProgress): void;
  /** Called when the map begins. */
  readonly onStarted: ((state: NodeProgress, explained: Explained | undefined) => void) | undefined;
  stop(prepared: PreparedNode, reason: string): never;
  fail(
    prepared: PreparedNode,
    error: Pick<AttemptsFailed, "cause" | "seconds" | "attempts">,
    explained: Explained | undefined,
  ): Promise<never>;
  made(prepared: PreparedNode, attempted: Attempted, verdict: Verdict): Outcome;
  keep(
    prepared: PreparedNode,
    miss: MissVerdict,
    parents: readonly Outcome[],
    attempted: Attempted,
    explained: Explained,
    lease?: ResultLease,
  ): Promise<Outcome>;
  forget(state: NodeProgress): void;
  runAgain(prepared: PreparedNode, verdict: NoHit): (inHand: InHand) => Promise<Outcome>;
  bringOnce<Made>(
    prepared: PreparedNode,
    miss: MissVerdict,
    make: (onPlace?: () => Promise<void>) => Promise<Made>,
    keepMade: (made: Made, lease?: ResultLease) => Promise<Outcome>,
  ): Promise<Outcome>;
}

/** Runs one node over the items of a list. It takes up no place among the running: its items do. */
export type RunMapNode = (
  prepared: PreparedNode,
  verdict: NoHit,
  parents: readonly Outcome[],
  explained: Explained | undefined,
  /** Of a map that runs once more: what it has computed already. */
  inHand: InHand | undefined,
) => Promise<Outcome>;

export function createMapRuns(steps: NodeSteps): RunMapNode {
  const { maps, clock, signal, progress, stop, fail, bringOnce } = steps;

  async function make(request: MapRequest, explained: Explained | undefined): Promise<MapMade> {
    const { prepared } = request;
    const start = clock.monotonic();
    if (!signal.aborted) steps.onStarted?.(progress(prepared), explained);
    try {
      return await maps.make(request);
    } catch (error) {
      if (error instanceof AttemptAborted || signal.aborted) return stop(prepared, "the run was aborted");
      if (error instanceof NoValue) return stop(prepared, "what it reads was not made");
      if (error instanceof MapFailed) {
        progress(prepared).items = error.counts;
        return fail(prepared, error, explained);
      }
      // The list is none, or a file in it is not there.
      if (!LarderError.isInstance(error)) throw error;
      return fail(prepared, { cause: error, seconds: (clock.monotonic() - start) / 1000, attempts: 0 }, explained);
    }
  }

  /** The outcome of a map that was made. */
  async function keep(
    request: MapRequest,
    map: MapMade,
    verdict: NoHit,
    explained: Explained | undefined,
    lease?: ResultLease,
  ): Promise<Outcome> {
    const { prepared, parents } = request;
    const miss = verdict.verdict === "miss" ? verdict : undefined;
    const state = progress(prepared);
    if (map.map.base === undefined) {
      state.items = map.counts;
      const { slots, slotOf } = map.map;
      const attempted = { ...map, value: Array.from(slotOf, (at) => slots[at]!.value) };
      if (miss === undefined) return steps.made(prepared, attempted, verdict);
      return steps.keep(prepared, miss, parents, attempted, explained!, lease);
    }
    const explanation = await explained;
    const outcome = await maps.keep({
      ...{ request, made: map, miss },
      details: explanation?.details,
      keeper: steps.keeper!,
      onKept: (record) => recordFound(state, record, miss!.key.key),
      onLost: () => steps.forget(state),
      onStored: lease?.release,
      again: steps.runAgain(prepared, verdict),
    });
    const { seconds, savedSeconds, counts } = map;
    Object.assign(state, { seconds, savedSeconds, items: counts, attempts: state.attempts + map.attempts });
    if (explanation === undefined) {
      state.decision = "no-cache";
      state.reason = verdict.verdict === "no-cache" ? verdict.reason : "";
    } else {
      state.decision = "miss";
      state.reason = reasonOfMap(explanation, counts);
      state.because = explanation.because;
    }
    steps.announce(state);
    return outcome;
  }

  return async (prepared, verdict, parents, explained, inHand) => {
    const miss = verdict.verdict === "miss" ? verdict : undefined;
    const request: MapRequest = { prepared, parents, inHand, looks: prepared.node.behavior !== "recompute" };
    if (miss === undefined) return keep(request, await make(request, explained), verdict, explained);
    return bringOnce(
      prepared,
      miss,
      async (onPlace) => {
        await onPlace?.();
        return make(request, explained);
      },
      (made, lease) => keep(request, made, verdict, explained, lease),
    );
  };
}
