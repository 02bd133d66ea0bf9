import type { CacheEventListener, Clock, EvictionPolicy } from "@larder/core";
import type { SpaceRequest } from "./open-with-policy.js";
import type { SpaceBudget } from "./space-budget.js";
import { checkPolicy, type SpacePolicy } from "./space-policy.js";

interface SpaceOptions {
  readonly sizeLimitBytes?: number;
  readonly evictionPolicy?: EvictionPolicy;
  readonly cullLimit?: number;
  readonly policyWhenUnset?: Partial<SpacePolicy>;
  readonly budget?: SpaceBudget;
  readonly clock?: Clock;
  readonly onEvent?: CacheEventListener;
}

/** What the options of a backend ask of its space. @throws RangeError when one is out of its range */
export function spaceRequest(options: SpaceOptions): SpaceRequest {
  const { sizeLimitBytes, evictionPolicy, cullLimit, policyWhenUnset = {}, budget, clock, onEvent } = options;
  const policy: Partial<{ -readonly [Part in keyof SpacePolicy]: SpacePolicy[Part] }> = {};
  // Only what is said: the rest stays as it is in the index.
  if (sizeLimitBytes !== undefined) policy.sizeLimitBytes = sizeLimitBytes === Infinity ? undefined : sizeLimitBytes;
  if (evictionPolicy !== undefined) policy.evictionPolicy = evictionPolicy;
  if (cullLimit !== undefined) policy.cullLimit = cullLimit;
  checkPolicy(policy);
  checkPolicy(policyWhenUnset);
  return {
    policy,
    policyWhenUnset,
    onEvent,
    ...(budget === undefined ? {} : { budget }),
    ...(clock === undefined ? {} : { clock }),
  };
}
