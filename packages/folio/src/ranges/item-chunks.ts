import { contentOf } from "../cached/folio-store.js";
import type { ChecksumMismatchError } from "../folio-errors.js";
import type { FolioParts } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { mismatch } from "../reading/read-errors.js";
import { chunkList } from "./chunk-list.js";
import { type ChunkVerifier, chunkVerifier } from "./chunk-verifier.js";

/** How the chunks of an item are verified. */
export interface ItemChunksOptions {
  /** Whether the list of digests is kept. */
  readonly keeps: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told when it can't be kept. */
  readonly onUnkept: (error: unknown) => void;
}

/**
 * What verifies the bytes of an item by the list of its chunks; `undefined` where the manifest names none. The list is being loaded
 * when this returns; wrong bytes that are fetched again are told as a warning.
 */
export function itemChunks(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  { keeps, signal, onUnkept }: ItemChunksOptions,
): ChunkVerifier | undefined {
  const { remote, store, settings, onEvent } = parts;
  const { chunks, sizeBytes } = item;
  const content = contentOf(item);
  if (chunks === undefined || sizeBytes === undefined || content === undefined) return undefined;
  const wrong = {
    strict: settings.strictMode,
    mismatch: (facts: Readonly<Record<string, unknown>>) => mismatch(remote.url, name, facts),
    onWrong({ code, message, facts }: ChecksumMismatchError): void {
      onEvent({ type: "warning", code, item: name, message, facts });
    },
  };
  const list = chunkList({ chunks, byteLength: sizeBytes, remote, store, content, keeps, signal, onUnkept, ...wrong });
  // Beside the first range, not before it. Who needs it learns what came of it.
  list.digests().catch(() => {});
  return chunkVerifier({ list, byteLength: sizeBytes, ...wrong });
}
