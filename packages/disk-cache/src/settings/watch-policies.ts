import { type EffectivePolicies, effectivePolicies, policiesStamp, readPolicies } from "./shared-policies.js";

/** The policies of a cache as this process knows them. */
export interface WatchedPolicies {
  /** As of the last look. */
  readonly current: EffectivePolicies;
  /** Looks at once. */
  look(): void;
  stop(): void;
}

/** A look costs one `stat`. */
const millisecondsBetweenLooks = 1000;

/**
 * Follows the policies of a cache, which any process may change: looks once a second, by a timer that keeps no process
 * alive. Never throws.
 */
export function watchPolicies(
  directory: string,
  onChange: (before: EffectivePolicies, after: EffectivePolicies) => void,
): WatchedPolicies {
  let stamp = policiesStamp(directory);
  let current = effectivePolicies(readPolicies(directory));
  const look = () => {
    try {
      const now = policiesStamp(directory);
      if (now === stamp) return;
      stamp = now;
      const before = current;
      current = effectivePolicies(readPolicies(directory));
      onChange(before, current);
    } catch {
      // The directory can't be looked at now: what is known still holds.
    }
  };
  const timer = setInterval(look, millisecondsBetweenLooks);
  timer.unref();
  return {
    get current() {
      return current;
    },
    look,
    stop: () => clearInterval(timer),
  };
}
