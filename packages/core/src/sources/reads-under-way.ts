import type { Awaitable } from "../blob-source.js";

/** Reads of one file, counted while they take their time. */
export interface ReadsUnderWay {
  /** Runs a read, which may answer at once. */
  during<Result>(read: () => Awaitable<Result>): Awaitable<Result>;
  /** Resolves when no read is under way. Called once, when no more will begin. */
  ended(): Promise<void>;
}

/** A descriptor that is closed while it is read may be another file by the time the read begins: so closing waits. */
export function readsUnderWay(): ReadsUnderWay {
  let count = 0;
  let idle: (() => void) | undefined;
  const end = () => {
    count--;
    if (count === 0) idle?.();
  };
  return {
    during(read) {
      const result = read();
      if (!(result instanceof Promise)) return result;
      count++;
      return result.finally(end);
    },
    async ended() {
      if (count > 0) await new Promise<void>((resolve) => (idle = resolve));
    },
  };
}
