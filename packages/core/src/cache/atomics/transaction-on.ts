import type { TransactionOptions } from "../../capabilities/index.js";
import type { CacheParts } from "../cache-parts.js";
import { checkKey } from "../check-key.js";
import type { CacheView } from "./cache-view.js";
import { transact } from "./transact.js";

/** See `Cache.transaction`. */
export async function transactionOn<Result>(
  parts: CacheParts,
  fn: (view: CacheView) => Result,
  { key }: TransactionOptions,
): Promise<Result> {
  if (key !== undefined) checkKey(key);
  await parts.queue.settled();
  // Under a name of its own, so that `close` waits for it; not in the order of any key, for its keys are not known.
  return parts.queue.run(Symbol("transaction"), () =>
    transact(parts, {
      operation: "A transaction",
      body: ({ view }) => fn(view),
      ...(key !== undefined && { key }),
    }),
  );
}

/** One step on one key, in the order of the writes to it; steps that `commute` may share a commit. */
export async function stepOn<Result>(
  parts: CacheParts,
  key: string,
  operation: string,
  step: (view: CacheView) => Result,
  options: { readonly commutes?: boolean } = {},
): Promise<Result> {
  const body = ({ view }: { readonly view: CacheView }) => step(view);
  return parts.queue.run(key, () => transact(parts, { operation, body, key }), options);
}
