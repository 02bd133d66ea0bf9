import type { BlobRecord } from "../../blob-record.js";
import type { Awaitable } from "../../blob-source.js";
import type { CacheParts } from "../cache-parts.js";
import { decodeAgain, type EncodedBlob, encodeOrStream, isStreamed } from "../encode-value.js";
import type { FlightState, Landing } from "../flights.js";
import type { RecordTemplate } from "../make-record.js";
import { keptNewer, notStored, recordOf, storeBlob } from "../store-value.js";
import type { ComputeTerms } from "./compute-terms.js";
import type { Compute } from "./get-or-set-options.js";
import { storeComputedStream } from "./store-computed-stream.js";

/** A value that was computed here. */
export interface ComputedHere {
  readonly landing: Landing;
  /** What was stored; `undefined`: nothing, because no codec takes it, the backend failed, or it was superseded. */
  readonly record: BlobRecord | undefined;
}

/**
 * Computes a value and stores it. A value that can't be stored, and a backend that fails to, are warnings.
 *
 * @throws what `compute` throws; of a value that is a stream, what {@link storeComputedStream} throws
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
  const secondsSpent = () => Math.max(0, parts.clock.monotonic() - started) / 1000;
  const costSeconds = secondsSpent();
  const encoded = await encodeOrStream(key, value, codec, parts.codecs);
  if (encoded.codec === undefined) {
    notStored(parts, key, encoded);
    return { landing: { kind: "computed", value }, record: undefined };
  }
  if (!isStreamed(encoded)) {
    const { record, again } = await storeComputed(parts, key, encoded, { costSeconds, ...template }, state);
    return { landing: { kind: "computed", value, again }, record };
  }
  if ((await parts.newer.refusal(key)) !== undefined) {
    // Nothing can be stored, so that the value must be had from memory.
    const inMemory = { codec: encoded.codec, encoded: await encoded.codec.encode(value) };
    const { again } = await storeComputed(parts, key, inMemory, { costSeconds, ...template }, state);
    return { landing: { kind: "computed", value: await again(), again }, record: undefined };
  }
  return storeComputedStream(parts, key, encoded, { template, state, secondsSpent });
}

async function storeComputed(
  parts: CacheParts,
  key: string,
  encoded: EncodedBlob,
  template: RecordTemplate,
  state: FlightState,
): Promise<{ readonly record: BlobRecord | undefined; readonly again: () => Awaitable<unknown> }> {
  const record = await recordOf(parts, encoded, template);
  let isStored = false;
  try {
    await parts.queue.run(key, async () => {
      if (state.superseded) return;
      const refusal = await parts.newer.refusal(key);
      if (refusal !== undefined) {
        keptNewer(parts, key, refusal);
        return;
      }
      await storeBlob(parts, key, encoded, record);
      isStored = true;
    });
  } catch (error) {
    const message = `The value under '${key}' was computed but not stored: ${(error as Error).message}`;
    parts.onEvent?.({ type: "warning", code: "backend-failed", key, message, cause: error });
  }
  return { record: isStored ? record : undefined, again: () => decodeAgain(encoded, record) };
}
