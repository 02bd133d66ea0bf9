import type { CacheParts } from "./cache-parts.js";
import { checkKey } from "./check-key.js";
import { hitItself, lookUp } from "./look-up.js";

/** Look-ups at the same time: enough to keep a slow backend busy, few enough for the files a process may have open. */
const lookUpsAtOnce = 64;

/** See `Cache.getMany`. */
export async function getMany<T>(parts: CacheParts, keys: Iterable<string>): Promise<Map<string, T>> {
  const wanted = [...new Set(keys)];
  for (const key of wanted) checkKey(key);
  const found: ({ readonly value: unknown } | undefined)[] = new Array(wanted.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < wanted.length) {
      const at = next++;
      found[at] = await lookUp(parts, wanted[at]!, hitItself);
    }
  };
  await Promise.all(Array.from({ length: Math.min(lookUpsAtOnce, wanted.length) }, lane));
  const values = new Map<string, T>();
  for (const [at, key] of wanted.entries()) {
    const hit = found[at];
    if (hit !== undefined) values.set(key, hit.value as T);
  }
  return values;
}
