/** Writes to one key happen in the order they were asked for; writes to different keys at the same time. */
export interface WriteQueue {
  /**
   * Runs a write once those asked for before it, under the same key, have ended. Those that `commute` with one another
   * don't wait for one another.
   */
  run<T>(key: string | symbol, write: () => Promise<T>, options?: { readonly commutes?: boolean }): Promise<T>;
  /**
   * Resolves when the writes to keys asked for until now have ended; never rejects. `undefined` when there are none. What
   * runs under a symbol is not waited for.
   */
  settled(): Promise<unknown> | undefined;
  /** Resolves when no write is under way; never rejects. */
  idle(): Promise<void>;
}

/** The end of what was asked for under one key. */
interface Tail {
  readonly running: Promise<unknown>;
  /** Of writes that commute: what the first of them waited for. */
  readonly before?: Promise<unknown> | undefined;
  readonly commutes: boolean;
}

export function writeQueue(): WriteQueue {
  const last = new Map<string | symbol, Tail>();

  return {
    run(key, write, { commutes = false } = {}) {
      const tail = last.get(key);
      const joins = commutes && tail?.commutes === true;
      const before = joins ? tail.before : tail?.running;
      const own = before === undefined ? write() : before.then(write, write);
      const running = joins ? Promise.allSettled([tail.running, own]) : own;
      const added: Tail = { running, before, commutes };
      last.set(key, added);
      const forget = () => {
        if (last.get(key) === added) last.delete(key);
      };
      running.then(forget, forget);
      return own;
    },
    settled() {
      const before = [...last].filter(([key]) => typeof key === "string").map(([, { running }]) => running);
      return before.length === 0 ? undefined : Promise.allSettled(before);
    },
    async idle() {
      while (last.size > 0) await Promise.allSettled([...last.values()].map(({ running }) => running));
    },
  };
}
