import { type Clock, currentOwner, type OwnerState, ownerState } from "@larder/core";

/** Whether owners live. What was found out is believed for a while, so that many who wait for one owner cost little. */
export interface OwnerWatch {
  /** Finds out whether an owner lives; `unknown` also for what is no name of an owner. */
  look(owner: string): OwnerState;
  /** As {@link OwnerWatch.look}, or what was found out less than 20 ms ago. */
  glance(owner: string): OwnerState;
}

const believedMs = 20;

/** Owners remembered; more of them than this are not waited for at once. */
const rememberedOwners = 256;

/** @param clock - its monotonic time measures how long something is believed */
export function ownerWatch(clock: Clock): OwnerWatch {
  const seen = new Map<string, { readonly state: OwnerState; readonly at: number }>();
  const look = (owner: string): OwnerState => {
    const state = owner === currentOwner() ? "alive" : (ownerState(owner) ?? "unknown");
    if (seen.size >= rememberedOwners) seen.clear();
    seen.set(owner, { state, at: clock.monotonic() });
    return state;
  };
  return {
    look,
    glance(owner) {
      const known = seen.get(owner);
      // The dead stay dead.
      const fresh = known !== undefined && (known.state === "dead" || clock.monotonic() - known.at < believedMs);
      return fresh ? known.state : look(owner);
    },
  };
}
