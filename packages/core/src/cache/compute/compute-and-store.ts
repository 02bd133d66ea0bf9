import type { BlobRecord } from "../../blob-record.js";
import type { CacheParts } from "../cache-parts.js";
import { decodeAgain, encodeValue } from "../encode-value.js";
import type { FlightState, Landing } from "../flights.js";
import { notStored, recordOf, storeBlob } from "../store-value.js";
import type { ComputeTerms } from "./compute-terms.js";
import type { Compute } from "./get-or-set-options.js";

/** A value that was computed here. */
export interface ComputedHere {
  readonly landing: Landing & { readonly kind: "computed" };
  /** What was stored; `undefined`: nothing, because no codec takes it, the backend failed, or it was superseded. */
  readonly record: BlobRecord | undefined;
}

/**
 * Computes a value and stores it. A value that can't be stored, and a backend that fails to, are warnings.
 *
 * @throws what `compute` throws
 */
export async function computeAndStore(
  parts: CacheParts,
  key: string,
  compute: Compute<unknown>,
  { template, codec }: ComputeTerms,
  state: FlightState,
): Promise<ComputedHere> {
  state.computing = true;
  const started = parts.clock.monotonic();
  const value = await compute({ signal: state.controller.signal });
  const costSeconds = Math.max(0, parts.clock.monotonic() - started) / 1000;
  const encoded = await encodeValue(key, value, codec, parts.codecs);
  if (encoded.codec === undefined) {
    notStored(parts, key, encoded);
    return { landing: { kind: "computed", value }, record: undefined };
  }
  const record = await recordOf(parts, encoded, { costSeconds, ...template });
  let isStored = false;
  try {
    await parts.queue.run(key, async () => {
      if (state.superseded) return;
      await storeBlob(parts, key, encoded, record);
      isStored = true;
    });
  } catch (error) {
    const message = `The value under '${key}' was computed but not stored: ${(error as Error).message}`;
    parts.onEvent?.({ type: "warning", code: "backend-failed", key, message, cause: error });
  }
  return {
    landing: { kind: "computed", value, again: () => decodeAgain(encoded, record) },
    record: isStored ? record : undefined,
  };
}
