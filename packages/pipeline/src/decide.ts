import { type ParentToken, sameKey } from "./node-keys.js";
import { keyOf, type NodeKey, type PreparedNode } from "./prepared-node.js";
import type { AbsentReason, FoundResult, ResultStore } from "./result-store.js";

/** What is known of a parent's value. */
export type ParentValue =
  | { readonly known: "digest"; readonly valueDigest: string; readonly doubtful: boolean }
  /** It has a value, which can't be digested. */
  | { readonly known: "no-digest"; readonly message: string }
  /** A plan does not run it, so its value is not known. */
  | { readonly known: "later" }
  /** It failed, or can't run. */
  | { readonly known: "never" };

/** What is to be done with a node. */
export type Verdict =
  | {
      readonly verdict: "hit";
      readonly reason: "same key" | "same inputs";
      readonly key: NodeKey;
      readonly found: FoundResult;
    }
  | {
      readonly verdict: "miss";
      readonly key: NodeKey;
      /** C, when it differs from K and could be made. */
      readonly same: string | undefined;
      /** The digests of the parents' values, as far as they were needed. */
      readonly parentValues: ReadonlyMap<string, string>;
      readonly absent: AbsentReason | "recompute" | "items gone";
    }
  | {
      readonly verdict: "no-cache";
      readonly reason: string;
      /** Whether that came out only now: a parent's value can't be digested. */
      readonly late?: boolean;
    }
  | { readonly verdict: "depends"; readonly key: NodeKey | undefined }
  | { readonly verdict: "blocked" };

/** Decides about the nodes of one run or plan, each once. */
export interface Decider {
  decide(node: PreparedNode): Promise<Verdict>;
  /** The key of a node, where it is known or being made. */
  knownKey(node: PreparedNode): Promise<NodeKey | undefined>;
}

type KeyOutcome = NodeKey | "later" | "never" | { readonly undigestable: string };

/**
 * The decision, the same for runs and plans. They differ in `settle` alone: what it takes to know a parent's value. A
 * run runs the parent when its result is not stored; a plan says `later`.
 */
export function createDecider(options: {
  readonly store: ResultStore;
  readonly settle: (parent: PreparedNode) => Promise<ParentValue>;
  /** Called when the result under one key turned out to serve another. */
  readonly onSame?: (
    prepared: PreparedNode,
    key: NodeKey,
    found: FoundResult,
    parentValues: ReadonlyMap<string, string>,
  ) => void;
  /** Called when there is no result under a node's key, so that it will be made unless its parents' values lead to one. */
  readonly onAbsent?: ((prepared: PreparedNode, key: NodeKey) => void) | undefined;
}): Decider {
  const { store, settle, onSame, onAbsent } = options;
  const keys = new Map<PreparedNode, Promise<KeyOutcome>>();
  const verdicts = new Map<PreparedNode, Promise<Verdict>>();

  function keyOutcome(prepared: PreparedNode): Promise<KeyOutcome> {
    let outcome = keys.get(prepared);
    if (outcome === undefined) {
      outcome = prepared.fixedKey === undefined ? makeKey(prepared) : Promise.resolve(prepared.fixedKey);
      keys.set(prepared, outcome);
    }
    return outcome;
  }

  async function makeKey(prepared: PreparedNode): Promise<KeyOutcome> {
    // A chain of such nodes may be long: each key waits for its parents' on a stack of its own.
    await Promise.resolve();
    const { identity, parents } = prepared;
    if (!identity.cached) throw new Error(`Node '${prepared.node.name}' is not cached and has no key.`);
    const counted = parents.filter(({ ignored }) => !ignored);
    const outcomes = await Promise.all(
      counted.map(async ({ input, parent }): Promise<ParentToken | Exclude<KeyOutcome, NodeKey>> => {
        if (!parent.volatile) {
          const key = await keyOutcome(parent);
          if (typeof key === "string") return key;
          if ("key" in key) return { input, token: `k:${key.key}` };
          // It has no key in this run, so it counts by its value.
        }
        const value = await settle(parent);
        if (value.known === "digest") return { input, token: `v:${value.valueDigest}` };
        return value.known === "no-digest" ? { undigestable: value.message } : value.known;
      }),
    );
    for (const outcome of ["never", "later"] as const) if (outcomes.includes(outcome)) return outcome;
    const undigestable = outcomes.find((outcome) => typeof outcome === "object" && "undigestable" in outcome);
    if (undigestable !== undefined) return undigestable as KeyOutcome;
    return keyOf(identity.hashes, outcomes as ParentToken[]);
  }

  async function judge(prepared: PreparedNode): Promise<Verdict> {
    const { node, identity } = prepared;
    if (!identity.cached) return { verdict: "no-cache", reason: identity.reason };
    const key = prepared.fixedKey ?? (await keyOutcome(prepared));
    if (key === "never") return { verdict: "blocked" };
    if (key === "later") return { verdict: "depends", key: undefined };
    if ("undigestable" in key) return { verdict: "no-cache", reason: key.undigestable, late: true };
    if (node.behavior === "recompute") {
      return { verdict: "miss", key, same: undefined, absent: "recompute", parentValues: new Map() };
    }
    const found = await store.find(key.key, node.options.ttlSeconds);
    if (typeof found === "object") return { verdict: "hit", reason: "same key", key, found };
    onAbsent?.(prepared, key);
    return judgeBySame(prepared, key, found);
  }

  /** No result lies under K: perhaps one does that was made from parents of other keys and the same values. */
  async function judgeBySame(prepared: PreparedNode, key: NodeKey, absent: AbsentReason): Promise<Verdict> {
    const counted = prepared.parents.filter(({ ignored }) => !ignored);
    const byValueAlready = key.tokens.every(({ token }) => token.startsWith("v:"));
    if (byValueAlready) return { verdict: "miss", key, same: undefined, absent, parentValues: new Map() };
    const values = await Promise.all(
      counted.map(async ({ input, parent }) => ({ input, value: await settle(parent) })),
    );
    if (values.some(({ value }) => value.known === "never")) return { verdict: "blocked" };
    if (values.some(({ value }) => value.known === "later")) return { verdict: "depends", key };
    const tokens: ParentToken[] = [];
    for (const { input, value } of values) {
      if (value.known === "digest") tokens.push({ input, token: `v:${value.valueDigest}` });
    }
    const parentValues = new Map(tokens.map(({ input, token }) => [input, token.slice("v:".length)]));
    if (tokens.length < counted.length) return { verdict: "miss", key, same: undefined, absent, parentValues };
    const same = sameKey(key.hashes, tokens);
    const found = await store.findSame(same, prepared.node.options.ttlSeconds);
    if (typeof found !== "object") return { verdict: "miss", key, same, absent, parentValues };
    // K was made from a file that has changed since: it must not lead to what the new content gives.
    const doubtful = values.some(({ value }) => value.known === "digest" && value.doubtful);
    if (!doubtful) onSame?.(prepared, key, found, parentValues);
    return { verdict: "hit", reason: "same inputs", key, found };
  }

  return {
    decide(prepared) {
      let verdict = verdicts.get(prepared);
      if (verdict === undefined) {
        verdict = judge(prepared);
        verdicts.set(prepared, verdict);
      }
      return verdict;
    },
    async knownKey(prepared) {
      const key = prepared.fixedKey ?? (await keys.get(prepared));
      return typeof key === "object" && "key" in key ? key : undefined;
    },
  };
}
