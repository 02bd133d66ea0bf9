import type { MissVerdict, Outcome } from "../keep-result.js";
import type { PreparedNode } from "../prepared-node.js";
import type { FoundResult, ResultStore } from "../result-store.js";
import type { Brought, ComputeOnce } from "./compute-once.js";

/** Makes the result of a node under its lease; or, where somebody else was faster, reads theirs. Rejects as `once.bring` does. */
export function bringStored<Made>(options: {
  readonly once: ComputeOnce;
  readonly store: ResultStore;
  readonly prepared: PreparedNode;
  readonly miss: MissVerdict;
  readonly read: (found: FoundResult) => Promise<Outcome | string>;
  readonly make: (onPlace: () => Promise<void>) => Promise<Made>;
}): Promise<Brought<Outcome, Made>> {
  const { once, store, prepared, miss, read, make } = options;
  const look = () => store.find(miss.key.key, prepared.node.options.ttlSeconds);
  return once.bring<Outcome, Made>({
    key: miss.key.key,
    make,
    isThere: async () => typeof (await look()) === "object",
    async find() {
      const found = await look();
      if (typeof found !== "object") return undefined;
      const outcome = await read(found);
      return typeof outcome === "object" ? outcome : undefined;
    },
  });
}
