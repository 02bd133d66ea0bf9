import type { SoundEntry } from "../entry-changes.js";
import type { StoreContext } from "../store-context.js";
import { knownEntryAt } from "../store-operations.js";
import { evict } from "./evict.js";
import { readExpiryHint } from "./expiry-rows.js";

/** A clock that is off by less comes to rights by itself, and so do the entries. */
const marginMs = 24 * 3600 * 1000;

/** Rows looked at in one step, and how often. */
const stepRows = 200;
const everyMs = 60_000;

/**
 * Forgets entries with an expiry that claim to be of the future: stored before a clock was set back, they are misses for
 * good, and might otherwise be kept until that future comes. Goes through all that expires, some at a time.
 */
export function lookAtClock(context: StoreContext): { isDue(): boolean; step(): void } {
  const { clock } = context.space;
  let from: Uint8Array = Buffer.of(0);
  let next = clock.monotonic() + everyMs;
  return {
    isDue: () => clock.monotonic() >= next,
    step() {
      next = clock.monotonic() + everyMs;
      const rows = context.environment.expiry.rowsIn({ from, limit: stepRows });
      for (const row of rows) {
        const hint = readExpiryHint(row);
        if (hint === undefined || hint.createdAt <= clock.now() + marginMs) continue;
        const entry = knownEntryAt(context, hint.place);
        if (entry?.record === undefined || entry.storedSequence !== hint.storedSequence) continue;
        evict(context, { entry: entry as SoundEntry, reason: "expired", rank: 0 });
      }
      from = rows.length < stepRows ? Buffer.of(0) : Buffer.concat([rows.at(-1)!.key, Buffer.of(0)]);
    },
  };
}
