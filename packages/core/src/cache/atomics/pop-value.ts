import { bytesSource } from "../../blob-source.js";
import type { CacheParts } from "../cache-parts.js";
import { transact } from "./transact.js";

/**
 * See `Cache.pop`. The bytes are taken out within the transaction, and become a value after it: so its codec may be
 * an asynchronous one.
 */
export async function popValue(parts: CacheParts, key: string): Promise<unknown> {
  const { codecs, onEvent, reader } = parts;
  parts.flights.supersede(key);
  const taken = await parts.queue.run(key, () =>
    transact(parts, {
      operation: "Popping a value",
      key,
      body({ view, blobs, standing }) {
        const found = standing(key);
        if (typeof found === "string") return found;
        const blob = blobs.get(key);
        if (blob === undefined) return "damaged";
        view.delete(key);
        return blob;
      },
    }),
  );
  if (typeof taken === "string") {
    onEvent?.({ type: "miss", key, reason: taken });
    return undefined;
  }
  const { record, bytes } = taken;
  const stored = { record, source: bytesSource(bytes), verified: true };
  const read = await reader.read({ key, stored, codec: codecs.named(record.codec)!, stale: false });
  onEvent?.(read.miss === undefined ? { type: "hit", key, record } : { type: "miss", key, reason: read.miss });
  return read.miss === undefined ? read.value : undefined;
}
