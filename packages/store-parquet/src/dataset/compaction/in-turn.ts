/** What is under way in a directory, and what waits for it. */
interface Turns {
  /** Settles when the last of them has ended. */
  last: Promise<unknown>;
  /** The one in the background that waits or has begun. */
  background?: { hasBegun: boolean; readonly ended: Promise<unknown> };
  waiting: number;
}

const turnsOf = new Map<string, Turns>();

/**
 * Runs one compaction after the other in each directory. Of those in the background one waits at most: whoever asks while it has not
 * begun is answered by it.
 */
export function inTurn<Result>(
  directory: string,
  kind: "background" | "whole",
  work: () => Promise<Result>,
): Promise<Result> {
  const turns: Turns = turnsOf.get(directory) ?? { last: Promise.resolve(), waiting: 0 };
  turnsOf.set(directory, turns);
  if (kind === "background" && turns.background?.hasBegun === false) return turns.background.ended as Promise<Result>;
  const own = { hasBegun: false, ended: undefined as unknown as Promise<Result> };
  turns.waiting++;
  own.ended = turns.last
    .then(() => {
      own.hasBegun = true;
      return work();
    })
    .finally(() => {
      turns.waiting--;
      if (turns.waiting === 0) turnsOf.delete(directory);
    });
  turns.last = own.ended.catch(() => {});
  if (kind === "background") turns.background = own;
  return own.ended;
}
