import { contentDigest } from "@larder/core";
import { depsHashOf, type OwnHashes, type ParentToken } from "../node-keys.js";

const encoder = new TextEncoder();

/**
 * What the keys of all items of a map have in common: code, environment, what it reads besides the list, by value.
 *
 * @param own - its hash of inputs is one without the list
 * @param parents - without the list's, each by the digest of its value
 */
export function itemBase(own: OwnHashes, parents: readonly ParentToken[]): string {
  const parts = ["larder.items.1", own.codeHash, own.envHash, own.inputsHash, depsHashOf(parents)];
  return contentDigest(encoder.encode(JSON.stringify(parts)));
}

/** Makes the keys of a map's items, each of the digest of an item. Results lie under `item:<key>`. */
export function itemKeys(base: string): (itemDigest: string) => string {
  const head = `larder.item.1 ${base} `;
  const bytes = Buffer.alloc(head.length + 64);
  bytes.write(head, 0, "latin1");
  return (itemDigest) => {
    bytes.write(itemDigest, head.length, "latin1");
    return contentDigest(bytes);
  };
}

/**
 * The digest of a map's value, made of those of its items' values.
 *
 * @param valueDigests - 32 bytes each
 */
export function mapValueDigest(valueDigests: Uint8Array): string {
  const head = encoder.encode("larder.map-value.1 ");
  const bytes = new Uint8Array(head.length + valueDigests.length);
  bytes.set(head);
  bytes.set(valueDigests, head.length);
  return contentDigest(bytes);
}
