import type { BlobRecord } from "@larder/core";
import { AttemptAborted } from "../attempt.js";
import type { MissExplanation } from "../explain.js";
import { changedFile } from "../file-digests.js";
import type { MissVerdict, Outcome, ResultKeeper } from "../keep-result.js";
import { inputsOf } from "../nested/nesting.js";
import { keyOfSignature, type ParentToken } from "../node-keys.js";
import type { NodeProgress } from "../node-progress.js";
import type { PreparedNode } from "../prepared-node.js";
import type { RunSources } from "../run-sources.js";
import type { SignatureDetails } from "../signature-details.js";
import { counted, countedItems } from "./counted.js";
import { itemBase, mapValueDigest } from "./item-keys.js";
import { type ItemList, itemListCodec } from "./item-list.js";
import { type ItemSlot, slotsOfList } from "./item-slot.js";
import { itemsInHand, itemsOfMap, type MapItems } from "./map-items.js";
import { digestOfMap, isOfUse, listOf } from "./map-list.js";
import { mapOutcome } from "./map-outcome.js";
import { type MapMade, runMap } from "./run-map.js";

/** What computing a map is told besides what it reads. */
export interface MapRequest {
  readonly prepared: PreparedNode;
  /** The outcomes of its parents, in the order of `prepared.parents`. */
  readonly parents: readonly Outcome[];
  /** Whether results of items are looked for. */
  readonly looks: boolean;
  /** Of an earlier attempt in this run, when results that were told proved gone: what it has computed itself. */
  readonly inHand?: ReadonlyMap<string, ItemSlot> | undefined;
}

type Again = (inHand: ReadonlyMap<string, ItemSlot>) => Promise<Outcome>;

/** What maps do otherwise than other nodes. */
export interface MapNodes {
  /** Finds and computes the items. Rejects as {@link runMap} does, and with LarderError `not-a-list`, … */
  make(request: MapRequest): Promise<MapMade>;
  /** The outcome of a list that was found. Nothing of it is read yet. */
  found(options: {
    readonly list: ItemList;
    readonly record: BlobRecord;
    readonly again: Again;
    readonly onRead: () => void;
  }): Outcome;
  /** The outcome of a map whose items are cached; `miss`: stored under its key, where nothing speaks against it. */
  keep(options: {
    readonly request: MapRequest;
    readonly made: MapMade;
    readonly miss: MissVerdict | undefined;
    readonly details: SignatureDetails | undefined;
    readonly keeper: ResultKeeper;
    readonly onKept: (record: BlobRecord) => void;
    readonly onLost: () => void;
    readonly onStored: ((stored: boolean) => void) | undefined;
    readonly again: Again;
  }): Promise<Outcome>;
}

export function createMapNodes(sources: RunSources): MapNodes {
  const { store, clock, warn, signal, fileDigests, digestedInputs } = sources;

  const axisOf = ({ node }: PreparedNode): string => node.options.mapAxis as string;

  async function itemsOf({ prepared, parents }: MapRequest, digested: boolean): Promise<MapItems> {
    const { node } = prepared;
    const axis = axisOf(prepared);
    const { keyAttribute } = node.options;
    const at = prepared.parents.findIndex(({ input }) => input === axis);
    const parent = parents[at];
    if (digested && parent?.items !== undefined) return itemsOfMap(parent.items, keyAttribute);
    const name = inputsOf(node).find(({ argument }) => argument === axis)!.name;
    const value = parent === undefined ? sources.inputs[name] : await parent.value();
    const known = parent === undefined ? digestedInputs.get(name)?.files : undefined;
    return itemsInHand({
      ...{ value, axis, name, keyAttribute, digested, known, fileDigests, signal },
      node: node.name,
    });
  }

  async function othersOf({ prepared, parents }: MapRequest): Promise<Record<string, unknown>> {
    const axis = axisOf(prepared);
    const others: Record<string, unknown> = {};
    for (const { argument, name } of inputsOf(prepared.node)) {
      if (argument !== axis) others[argument] = sources.inputs[name];
    }
    for (const [index, { input }] of prepared.parents.entries()) {
      if (input !== axis) others[input] = await parents[index]!.value();
    }
    return others;
  }

  /** What the keys of the items have in common; `undefined` when that can't be told, or items are not cached. */
  function baseOf({ prepared, parents }: MapRequest): string | undefined {
    const { identity, node } = prepared;
    if (!sources.perItemCaching || identity.items === undefined) return undefined;
    const tokens: ParentToken[] = [];
    for (const [index, { input, ignored }] of prepared.parents.entries()) {
      if (ignored || input === axisOf(prepared)) continue;
      const digest = parents[index]!.digest();
      if (digest.digest === undefined) {
        const message = `The items of node '${node.name}' are not cached each for itself: '${digest.path}', which it reads too, can't be digested.`;
        warn({ code: "undigestable-input", node: node.name, message });
        return undefined;
      }
      tokens.push({ input, token: `v:${digest.digest}` });
    }
    return itemBase(identity.items, tokens);
  }

  /** Why no result that is finished now must be stored. */
  async function doubtOfAll({ prepared, parents }: MapRequest): Promise<string | undefined> {
    for (const [index, { input, parent, ignored }] of prepared.parents.entries()) {
      if (ignored || parent.volatile || !parents[index]!.doubtful) continue;
      return `'${input}' was made from something that changed during the run`;
    }
    for (const { argument, name } of inputsOf(prepared.node)) {
      if (argument === axisOf(prepared)) continue;
      const changed = await changedFile(digestedInputs.get(name)?.files, fileDigests);
      if (changed !== undefined) return changed;
    }
    return undefined;
  }

  /** The list of the last run, where it tells of results that are wanted now. */
  async function earlierList({ prepared }: MapRequest, base: string): Promise<ItemList | undefined> {
    const { tags, ttlSeconds } = prepared.node.options;
    try {
      const last = await store!.signature(`${sources.pipelineName}/${prepared.node.name}`);
      const found = last === undefined ? undefined : await store!.itemList(keyOfSignature(last), ttlSeconds);
      return found !== undefined && isOfUse(found.record, found.list, { base, tags }) ? found.list : undefined;
    } catch {
      // It would have saved looking the items up one by one; whoever fails there says so.
      return undefined;
    }
  }

  function warnOf(request: MapRequest, items: MapItems, notStored: MapMade["notStored"]): void {
    const node = request.prepared.node.name;
    if (items.refused !== undefined) {
      const { count, path, message } = items.refused;
      warn({
        code: "undigestable-item",
        node,
        message: `${itemsOfNode(count, node)} can't be digested and ${count === 1 ? "is" : "are"} computed in every run; first '${path}': ${message}`,
      });
    }
    for (const { code, why, count } of notStored) {
      // That was told, with the path to why.
      if (code === "undigestable-item") continue;
      warn({
        code,
        node,
        message: `The results of ${itemsOfNode(count, node)} are not stored: ${why.replace(/\.$/, "")}.`,
      });
    }
  }

  return {
    async make(request) {
      const { prepared, looks, inHand } = request;
      const { node } = prepared;
      const base = store === undefined ? undefined : baseOf(request);
      const items = await itemsOf(request, base !== undefined);
      if (signal.aborted) throw new AttemptAborted();
      let others: Promise<Record<string, unknown>> | undefined;
      const list = base === undefined || !looks || inHand !== undefined ? undefined : await earlierList(request, base);
      return runMap({
        ...{ node, items, signal, clock, inHand },
        axis: axisOf(prepared),
        caller: sources.caller,
        limit: sources.limit,
        others() {
          others ??= othersOf(request);
          return others;
        },
        cached:
          base === undefined
            ? undefined
            : {
                ...{ store: store!, base, looks, list },
                readsAll: inHand !== undefined,
                origin: `${sources.pipelineName}/${node.name}`,
                doubtOfAll: () => doubtOfAll(request),
              },
        onProgress: sources.onMapProgress,
        onEnd: (notStored) => warnOf(request, items, notStored),
      });
    },

    found({ list, record, again, onRead }) {
      return mapOutcome({
        ...{ store: store!, again, onRead },
        map: slotsOfList(list),
        digest: { digest: record.valueDigest ?? mapValueDigest(list.valueDigests) },
        doubtful: false,
      });
    },

    async keep({ request, made, miss, details, keeper, onKept, onLost, onStored, again }) {
      const { prepared, parents } = request;
      const { node } = prepared;
      const list = listOf(made.map);
      const digest = digestOfMap(made.map, list, node.output);
      let doubtful = made.notStored.some(({ code }) => code === "doubtful-result");
      if (miss !== undefined && list !== undefined && made.notStored.length === 0) {
        const kept = await keeper.keep({
          ...{ prepared, miss, parents, digest, onLost },
          value: list,
          seconds: made.costSeconds,
          details: details!,
          settings: { codec: itemListCodec.name, ...remainingTime(node.options.ttlSeconds, list, clock.now()) },
          onSettled: onStored,
        });
        if (kept.record !== undefined) onKept(kept.record);
        doubtful ||= kept.doubtful;
      } else {
        onStored?.(false);
        if (miss !== undefined) doubtful ||= (await keeper.doubtOf({ prepared, miss, parents })) !== undefined;
      }
      return mapOutcome({ ...{ store: store!, digest, doubtful, again }, map: made.map, onRead: () => undefined });
    },
  };
}

/** A list is fresh as long as the oldest of its results is. */
function remainingTime(ttlSeconds: number | undefined, list: ItemList, now: number): { readonly ttlSeconds?: number } {
  if (ttlSeconds === undefined || list.count === 0) return {};
  return { ttlSeconds: Math.max(0.001, ttlSeconds - (now - list.oldest) / 1000) };
}

function itemsOfNode(count: number, node: string): string {
  return `${countedItems(count)} of node '${node}'`;
}

/** Why a map ran, with how many items there were to compute. */
export function reasonOfMap({ reason }: MissExplanation, { total, hits, misses }: NonNullable<NodeProgress["items"]>) {
  if (hits === 0 || misses === 0) return reason;
  const what = /gone$|^expired$|^damaged$/.exec(reason)?.[0] ?? "changed";
  return `${counted(misses)} of ${counted(total)} items ${what}`;
}
