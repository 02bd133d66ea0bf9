import { type EvictionPolicy, evictionPolicies, type Xxhash } from "@larder/core";
import type { ReadableTable } from "../lmdb-environment.js";
import { rowKinds } from "../row-format.js";
import type { StoreContext } from "../store-context.js";
import { decodeNumbers, encodeNumbers } from "./number-row.js";

/** How an index keeps to its limit: the same for all processes, who read it in every transaction. */
export interface SpacePolicy {
  /** `undefined`: no limit. */
  readonly sizeLimitBytes: number | undefined;
  readonly evictionPolicy: EvictionPolicy;
  /** Entries evicted in one transaction, 1 or more. */
  readonly cullLimit: number;
}

export const defaultPolicy: SpacePolicy = {
  sizeLimitBytes: undefined,
  evictionPolicy: "least-recently-stored",
  cullLimit: 1000,
};

/** For which policy the table `order` has a row for each entry that may be evicted. */
export interface OrderState {
  /** `undefined`: for none; the table is empty. */
  readonly orderedBy: EvictionPolicy | undefined;
  /** The entries from this place on have no row yet; `undefined`: all have. */
  readonly orderedUpTo: Uint8Array | undefined;
}

/** The row of a policy. */
export interface StandingPolicy extends SpacePolicy, OrderState {
  /** Whether someone has set it. */
  readonly isSet: boolean;
}

/** Key in the table `space`. */
const policyKey = Buffer.of(2);
const shape = { kind: rowKinds.policy, key: policyKey, count: 6 } as const;

/** Numbers in the row; part of the format on disk, as are the places in `evictionPolicies`. */
const unordered = -1;

/** The policy of an index; the default when none was set, or its row is damaged. */
export function readStandingPolicy(space: Pick<ReadableTable, "read">, xxhash: Xxhash): StandingPolicy {
  const bytes = space.read(policyKey);
  const row = bytes && decodeNumbers(bytes, shape, xxhash);
  if (row === undefined) return { ...defaultPolicy, orderedBy: undefined, orderedUpTo: undefined, isSet: false };
  const [limit, policy, cullLimit, orderedBy, complete, isSet] = row.numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    sizeLimitBytes: Number.isNaN(limit) ? undefined : limit,
    evictionPolicy: evictionPolicies[policy] ?? defaultPolicy.evictionPolicy,
    cullLimit,
    orderedBy: evictionPolicies[orderedBy],
    orderedUpTo: complete === 1 ? undefined : row.rest,
    isSet: isSet === 1,
  };
}

/** Writes the row. Within a transaction. */
export function writeStandingPolicy(
  { environment, xxhash }: Pick<StoreContext, "environment" | "xxhash">,
  standing: StandingPolicy,
): void {
  const { sizeLimitBytes, evictionPolicy, cullLimit, orderedBy, orderedUpTo } = standing;
  const numbers = [
    sizeLimitBytes ?? Number.NaN,
    evictionPolicies.indexOf(evictionPolicy),
    cullLimit,
    orderedBy === undefined ? unordered : evictionPolicies.indexOf(orderedBy),
    orderedUpTo === undefined ? 1 : 0,
    standing.isSet ? 1 : 0,
  ];
  const rest = orderedUpTo ?? new Uint8Array(0);
  environment.space.write(policyKey, encodeNumbers({ ...shape, numbers, rest }, xxhash));
}

/** The policy of an index as it is now; `undefined` when nobody has set one. */
export function readPolicy({ environment, xxhash }: StoreContext): SpacePolicy | undefined {
  environment.refresh();
  const { isSet, sizeLimitBytes, evictionPolicy, cullLimit } = readStandingPolicy(environment.space, xxhash);
  return isSet ? { sizeLimitBytes, evictionPolicy, cullLimit } : undefined;
}

/**
 * Sets the policy, for all processes from their next transaction on; parts left out stay. What is over a new limit goes
 * with the next write that needs room, or by `cull`. Within a transaction.
 *
 * @returns what it was
 */
export function writePolicy(context: StoreContext, change: Partial<SpacePolicy>): SpacePolicy {
  const standing = context.space.policy();
  const next = { ...standing, ...change, isSet: true };
  const isSame =
    standing.isSet &&
    next.sizeLimitBytes === standing.sizeLimitBytes &&
    next.evictionPolicy === standing.evictionPolicy &&
    next.cullLimit === standing.cullLimit;
  if (!isSame) context.space.setPolicy(next);
  const { sizeLimitBytes, evictionPolicy, cullLimit } = standing;
  return { sizeLimitBytes, evictionPolicy, cullLimit };
}

/** @throws RangeError when a part is out of its range */
export function checkPolicy(policy: Partial<SpacePolicy>): void {
  const { sizeLimitBytes, evictionPolicy, cullLimit } = policy;
  if (sizeLimitBytes !== undefined && !(Number.isSafeInteger(sizeLimitBytes) && sizeLimitBytes >= 0))
    throw new RangeError(`sizeLimitBytes must be a whole number of bytes, 0 or more, not ${String(sizeLimitBytes)}.`);
  if (cullLimit !== undefined && !(Number.isSafeInteger(cullLimit) && cullLimit >= 1))
    throw new RangeError(`cullLimit must be a whole number of entries, 1 or more, not ${String(cullLimit)}.`);
  if (evictionPolicy !== undefined && !evictionPolicies.includes(evictionPolicy))
    throw new RangeError(
      `evictionPolicy must be one of ${evictionPolicies.join(", ")}, not '${String(evictionPolicy)}'.`,
    );
}
