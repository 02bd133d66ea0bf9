/** Writes to one key happen in the order they were asked for; writes to different keys at the same time. */
export interface WriteQueue {
  /** Runs a write once those asked for before it, under the same key, have ended. */
  run<T>(key: string, write: () => Promise<T>): Promise<T>;
  /** Resolves when no write is under way; never rejects. */
  idle(): Promise<void>;
}

export function writeQueue(): WriteQueue {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(key, write) {
      const before = last.get(key);
      const running = before === undefined ? write() : before.then(write, write);
      last.set(key, running);
      const forget = () => {
        if (last.get(key) === running) last.delete(key);
      };
      running.then(forget, forget);
      return running;
    },
    async idle() {
      while (last.size > 0) await Promise.allSettled(last.values());
    },
  };
}
