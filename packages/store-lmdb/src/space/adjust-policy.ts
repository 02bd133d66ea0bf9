import type { OpenStore } from "../open-store.js";
import { takenBytes } from "./space-account.js";
import { type SpacePolicy, writePolicy } from "./space-policy.js";

/** What a change of a policy is decided by. */
export interface PolicyInForce extends SpacePolicy {
  /** Whether someone has set it; if not, it is the default. */
  readonly isSet: boolean;
  /** What entries and files take up, in bytes as accounted. */
  readonly takenBytes: number;
  /** Reserved by writes under way, in bytes. */
  readonly reservedBytes: number;
}

/**
 * Changes the policy by what is in force and taken, as one step: nobody else writes meanwhile.
 *
 * @param decide - says what to change; synchronous, and may run more than once
 * @returns what is in force then
 */
export function adjustPolicy(
  store: OpenStore,
  decide: (now: PolicyInForce) => Partial<SpacePolicy>,
): Promise<SpacePolicy> {
  return store.batches.run(() => {
    const { isSet, sizeLimitBytes, evictionPolicy, cullLimit } = store.space.policy();
    const totals = store.space.account.totals();
    const policy = { sizeLimitBytes, evictionPolicy, cullLimit };
    const taken = { takenBytes: takenBytes(totals), reservedBytes: totals.reservedBytes };
    const change = decide({ ...policy, ...taken, isSet });
    if (Object.keys(change).length > 0) writePolicy(store, change);
    return { ...policy, ...change };
  });
}
