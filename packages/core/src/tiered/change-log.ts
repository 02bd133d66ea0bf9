/**
 * Tells whether a key has changed since a moment, so that what was read before a write is not promoted over it.
 * Remembers the newest changes only; of keys changed earlier it says that they may have changed.
 */
export interface ChangeLog {
  /** This moment. */
  now(): number;
  changed(key: string): void;
  allChanged(): void;
  /** Whether the key is known not to have changed since. */
  isUnchangedSince(key: string, moment: number): boolean;
}

const remembered = 10_000;

export function changeLog(): ChangeLog {
  const changes = new Map<string, number>();
  let moment = 0;
  /** Changes up to this moment may be forgotten. */
  let horizon = 0;
  return {
    now: () => moment,
    changed(key) {
      changes.delete(key);
      changes.set(key, ++moment);
      if (changes.size <= remembered) return;
      const [oldest, at] = changes.entries().next().value as [string, number];
      changes.delete(oldest);
      horizon = at;
    },
    allChanged() {
      changes.clear();
      horizon = ++moment;
    },
    isUnchangedSince: (key, since) => (changes.get(key) ?? horizon) <= since,
  };
}
