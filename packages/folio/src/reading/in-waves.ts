import pLimit from "p-limit";
import type { InTurn } from "./download-item.js";

/**
 * Lets so many work at a time, and holds back who is done until nobody works any more, or `most` are held back: what they do
 * next, they do together. For small items this is what makes storing cheap: those stored in one turn of the event loop share a
 * commit.
 */
export function inWaves(parallel: number, most: number): InTurn {
  const limit = pLimit(parallel);
  let working = 0;
  let done: (() => void)[] = [];

  function release(): void {
    if (working > 0 && done.length < most) return;
    const together = done;
    done = [];
    for (const go of together) go();
  }

  return async (work) => {
    working++;
    try {
      return await limit(work);
    } finally {
      working--;
      await new Promise<void>((resolve) => {
        done.push(resolve);
        release();
      });
    }
  };
}
