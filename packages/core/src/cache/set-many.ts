import type { CacheParts } from "./cache-parts.js";
import { checkKey } from "./check-key.js";
import { recordTemplate } from "./make-record.js";
import type { SetOptions, SetOutcome } from "./set-options.js";
import { storeValue } from "./store-value.js";

/** Values encoded at the same time; those of a backend that batches its writes share a commit. */
const writesAtOnce = 1000;

/** See `Cache.setMany`. */
export async function setMany(
  parts: CacheParts,
  entries: Iterable<readonly [string, unknown]>,
  options: SetOptions,
): Promise<SetOutcome[]> {
  const wanted = [...entries];
  recordTemplate(options);
  for (const [key] of wanted) checkKey(key);
  const outcomes: SetOutcome[] = [];
  for (let start = 0; start < wanted.length; start += writesAtOnce) {
    const writes = wanted
      .slice(start, start + writesAtOnce)
      .map(([key, value]) => storeValue(parts, key, value, options));
    const settled = await Promise.allSettled(writes);
    for (const result of settled) {
      if (result.status === "rejected") throw result.reason;
      outcomes.push(result.value);
    }
  }
  return outcomes;
}
