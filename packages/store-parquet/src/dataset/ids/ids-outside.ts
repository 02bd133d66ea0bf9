import type { IdSet } from "./id-set.js";
import { idsWithout } from "./make-id-set.js";

/** Which of some ids, in any order and maybe repeated, are not in `set`. Fastest when they ascend. Nothing of `ids` is kept. */
export function idsOutside(set: IdSet, ids: BigInt64Array): IdSet {
  return idsWithout(ids, set);
}
