import type { NodeSignature } from "@larder/core";
import { indexKey, keyBytes } from "./entry-key.js";
import type { OpenStore } from "./open-store.js";
import { decodeRow, encodeRow, readHead, rowKinds } from "./row-format.js";

/** The signature of a node; `undefined` when there is none, `"damaged"` when what is there is none. */
export function readSignature(
  { environment, xxhash }: OpenStore,
  nodeName: string,
): NodeSignature | "damaged" | undefined {
  const key = keyBytes(nodeName);
  environment.refresh();
  const bytes = environment.signatures.read(indexKey(key));
  if (bytes === undefined) return undefined;
  const row = decodeRow(bytes, key, xxhash);
  const signature = row?.kind === rowKinds.signature ? readHead(row) : undefined;
  return signature === undefined ? "damaged" : (signature as NodeSignature);
}

/** Stores a signature in place of the one its node had. `head` is the signature as JSON. */
export function writeSignature(
  { environment, batches, xxhash }: OpenStore,
  nodeName: string,
  head: Buffer,
): Promise<void> {
  const key = keyBytes(nodeName);
  const row = encodeRow({ kind: rowKinds.signature, key, head }, xxhash);
  return batches.run(() => environment.signatures.write(indexKey(key), row));
}
