import type { PartRecord } from "../part-record.js";

/** Which of the parts found on disk count, where no log tells. */
export interface CountingParts {
  readonly counting: readonly PartRecord[];
  /** Names of those that others replace. */
  readonly replaced: readonly string[];
}

/**
 * A part that another replaces does not count. Of the parts that a merge makes, the last alone says what they replace: where it
 * is there, all are. Those of a merge that was broken off repeat what is known already, and do no harm.
 *
 * @param parts - those that can be read
 * @param unreadable - names of files that were there, too
 */
export function countingParts(parts: readonly PartRecord[], unreadable: Iterable<string> = []): CountingParts {
  const replaced = new Set(parts.flatMap(({ replaces }) => replaces));
  const present = [...parts.map(({ name }) => name), ...unreadable];
  return {
    counting: parts.filter(({ name }) => !replaced.has(name)),
    replaced: present.filter((name) => replaced.has(name)),
  };
}
