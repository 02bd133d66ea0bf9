import { contentDigest, type NodeSignature } from "@larder/core";

/** The hashes of a node that its parents have no part in. */
export interface OwnHashes {
  readonly codeHash: string;
  readonly envHash: string;
  readonly inputsHash: string;
}

/**
 * A parent as it joins a key: by its own key, where that says all there is to say, otherwise by the digest of its
 * value.
 */
export interface ParentToken {
  /** The input under which the node reads the parent. */
  readonly input: string;
  /** `k:<key>` or `v:<value digest>`. */
  readonly token: string;
}

const encoder = new TextEncoder();

function digestOf(parts: readonly unknown[]): string {
  // JSON of strings is injective, so no two lists of parts meet in one text.
  return contentDigest(encoder.encode(JSON.stringify(parts)));
}

const noParents = digestOf(["larder.deps.1"]);

/** Digest of a node's parents, in the order of the input names. */
export function depsHashOf(parents: readonly ParentToken[]): string {
  if (parents.length === 0) return noParents;
  const sorted = [...parents].sort((a, b) => (a.input < b.input ? -1 : 1));
  return digestOf(["larder.deps.1", ...sorted.map(({ input, token }) => [input, token])]);
}

/** The key K of a node: what its result is stored under, as `node:<K>`. */
export function nodeKey(own: OwnHashes, depsHash: string): string {
  return digestOf(["larder.node.1", own.codeHash, own.envHash, own.inputsHash, depsHash]);
}

/** The key C of a node: the same by its parents' values, as `same:<C>`. */
export function sameKey(own: OwnHashes, parents: readonly ParentToken[]): string {
  return digestOf(["larder.same.1", own.codeHash, own.envHash, own.inputsHash, depsHashOf(parents)]);
}

/** The key a signature stands for. */
export function keyOfSignature(signature: NodeSignature): string {
  return nodeKey(signature, signature.depsHash);
}

/** Digest of the pipeline inputs a node reads and of the values it captures, by name. */
export function inputsHashOf(
  inputs: readonly (readonly [name: string, digest: string])[],
  captures: readonly (readonly [name: string, digest: string])[],
): string {
  return digestOf(["larder.inputs.1", sortedByName(inputs), sortedByName(captures)]);
}

function sortedByName<T extends readonly [name: string, digest: string]>(pairs: readonly T[]): readonly T[] {
  return [...pairs].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}
