import { readFileSync } from "node:fs";

/**
 * The longest time for which some work kept the event loop from its turn.
 *
 * A timer of 1 ms runs meanwhile; the longest time between two of its turns, less that millisecond, is the block. Collecting
 * garbage is in it. What the thread waited for a processor that other programs had is not, where Linux tells it.
 *
 * @template Result
 * @param {() => Promise<Result>} work
 * @returns {Promise<{ block: number, result: Result }>} milliseconds, and what the work gave
 */
export async function longestBlock(work) {
  const interval = 1;
  let block = 0;
  let last = ownTime();
  const turn = () => {
    const now = ownTime();
    block = Math.max(block, now - last - interval);
    last = now;
  };
  const timer = setInterval(turn, interval);
  const result = await work();
  // What blocked last has not been seen by the timer.
  turn();
  clearInterval(timer);
  return { block, result };
}

/**
 * Milliseconds, not counting those for which this thread was ready to run and had no processor.
 *
 * Source: https://docs.kernel.org/scheduler/sched-stats.html (the second number)
 */
function ownTime() {
  return performance.now() - waitedMilliseconds();
}

function waitedMilliseconds() {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[1]) / 1e6;
  } catch {
    return 0;
  }
}
