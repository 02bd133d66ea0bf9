import type { ToWorker } from "./messages.js";
import type { WireValue } from "./wire/wire-value.js";

/** A value that several calls read; each worker gets it once. */
export interface SharedValue {
  readonly kind: "shared-value";
  readonly number: number;
  readonly wire: WireValue;
}

/** Values a worker keeps. */
const mostKept = 64;

let lastNumber = 0;

export function sharedValue(wire: WireValue): SharedValue {
  return { kind: "shared-value", number: ++lastNumber, wire };
}

/** What one worker has. */
export interface SentValues {
  /** Notes that a message has a value; whether it must be sent with it. */
  add(value: SharedValue): boolean;
  /** Notes that these are not needed any more; what to tell the worker, if anything. */
  forget(numbers: Iterable<number>): ToWorker | undefined;
  /** What to tell the worker when it keeps too many. */
  trim(): ToWorker | undefined;
}

export function createSentValues(): SentValues {
  /** In the order in which they were last used. */
  const kept = new Set<number>();
  const forget = (numbers: Iterable<number>): ToWorker | undefined => {
    const shared = [...numbers].filter((number) => kept.delete(number));
    return shared.length === 0 ? undefined : { kind: "forget", shared };
  };
  return {
    add({ number }) {
      const known = kept.delete(number);
      kept.add(number);
      return !known;
    },
    forget,
    trim() {
      const excess = kept.size - mostKept;
      return excess <= 0 ? undefined : forget([...kept].slice(0, excess));
    },
  };
}
