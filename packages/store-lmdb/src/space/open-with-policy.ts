import type { CacheEventListener } from "@larder/core";
import { type OpenStore, openStore } from "../open-store.js";
import type { WarningListener } from "../warning.js";
import { adjustPolicy } from "./adjust-policy.js";
import { readPolicy, type SpacePolicy, writePolicy } from "./space-policy.js";
import type { SpaceSettings } from "./store-space.js";

/** What a backend asks of the space of the store it opens. */
export interface SpaceRequest extends SpaceSettings {
  /** Explicit settings: they take the place of those in the index. */
  readonly policy: Partial<SpacePolicy>;
  /** What is in force besides where nobody has set a policy yet; it does not take the place of what someone has set. */
  readonly policyWhenUnset: Partial<SpacePolicy>;
  /** Told of what is evicted by this thread. */
  readonly onEvent: CacheEventListener | undefined;
}

/** Opens the store in a prepared directory, and brings what was asked for into force. */
export async function openWithPolicy(
  root: string,
  onWarning: WarningListener,
  { policy, policyWhenUnset, onEvent, ...settings }: SpaceRequest,
): Promise<OpenStore> {
  const store = await openStore(root, onWarning, settings);
  try {
    if (Object.keys(policyWhenUnset).length > 0 && readPolicy(store) === undefined) {
      await adjustPolicy(store, ({ isSet }) => (isSet ? policy : { ...policyWhenUnset, ...policy }));
    } else if (Object.keys(policy).length > 0) await changePolicy(store, policy);
  } catch (error) {
    await store.leave();
    throw error;
  }
  // A listener of its own, which may be there several times.
  const listener: CacheEventListener = (event) => onEvent?.(event);
  store.space.listeners.add(listener);
  const leave = () => {
    store.space.listeners.delete(listener);
    return store.leave();
  };
  return { ...store, leave };
}

/** Sets the policy, unless it is so already; see `writePolicy`. @returns what it was; `undefined`: nobody had set it */
export async function changePolicy(store: OpenStore, change: Partial<SpacePolicy>): Promise<SpacePolicy | undefined> {
  const before = readPolicy(store);
  const isSame =
    before !== undefined &&
    Object.entries(change).every(([name, value]) => Object.is(before[name as keyof SpacePolicy], value));
  if (!isSame) await store.batches.run(() => writePolicy(store, change));
  return before;
}
