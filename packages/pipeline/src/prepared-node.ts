import type { FuncNode } from "./func-node.js";
import { inputsOf } from "./nested/nesting.js";
import type { NodeIdentity } from "./node-identity.js";
import { depsHashOf, nodeKey, type OwnHashes, type ParentToken } from "./node-keys.js";

/** A node of one run, with what is known of it before anything is looked up. */
export interface PreparedNode {
  readonly node: FuncNode;
  readonly parents: readonly ParentLink[];
  readonly identity: NodeIdentity;
  /** Its key, where that follows from code, environment and inputs alone. */
  readonly fixedKey: NodeKey | undefined;
  /**
   * Whether its children's keys hold the digest of its value rather than its own key: the value may change while the
   * key does not.
   */
  readonly volatile: boolean;
}

/** A parent, and what the function that reads it calls it. */
export interface ParentLink {
  readonly input: string;
  readonly parent: PreparedNode;
  /** Whether it is left out of the key. */
  readonly ignored: boolean;
}

/** A node's key K, with the hash of its parents. */
export interface NodeKey {
  readonly key: string;
  readonly hashes: OwnHashes;
  readonly depsHash: string;
  readonly tokens: readonly ParentToken[];
}

/** Prepares nodes that are in order and identified. */
export function prepareNodes(
  nodes: readonly FuncNode[],
  identities: ReadonlyMap<FuncNode, NodeIdentity>,
): ReadonlyMap<string, PreparedNode> {
  const byOutput = new Map<string, PreparedNode>();
  for (const node of nodes) {
    const identity = identities.get(node)!;
    const parents: ParentLink[] = [];
    for (const { argument, name } of inputsOf(node)) {
      const parent = byOutput.get(name);
      if (parent !== undefined) parents.push({ input: argument, parent, ignored: parent.node.behavior === "ignore" });
    }
    const { behavior, options } = node;
    byOutput.set(node.output, {
      node,
      parents,
      identity,
      fixedKey: fixedKeyOf(identity, parents),
      volatile: !identity.cached || behavior === "recompute" || options.ttlSeconds !== undefined,
    });
  }
  return byOutput;
}

function fixedKeyOf(identity: NodeIdentity, parents: readonly ParentLink[]): NodeKey | undefined {
  if (!identity.cached) return undefined;
  const tokens: ParentToken[] = [];
  for (const { input, parent, ignored } of parents) {
    if (ignored) continue;
    if (parent.volatile || parent.fixedKey === undefined) return undefined;
    tokens.push({ input, token: `k:${parent.fixedKey.key}` });
  }
  return keyOf(identity.hashes, tokens);
}

/** The key of a node with these parents. */
export function keyOf(hashes: OwnHashes, tokens: readonly ParentToken[]): NodeKey {
  const depsHash = depsHashOf(tokens);
  return { key: nodeKey(hashes, depsHash), hashes, depsHash, tokens };
}
