import type { ChildHandle } from "./child-handle.js";
import { foreignCrash, foreignLimit } from "./foreign-errors.js";
import type { ForeignLimits } from "./foreign-limits.js";

/** An eye on a child while it works. */
export interface OperationWatch {
  /** The child has started; from now on its time counts. */
  begin(): void;
  stop(): void;
}

/** Time and memory are looked at this often, in milliseconds. */
const tick = 25;
/** For starting the child, in seconds: the file has no part in that. */
const startSeconds = 60;
/** By the clock an operation may take this many times what it may compute: other processes need the processor too. */
const mostWaiting = 4;

/**
 * Ends a child that takes more memory or time than allowed. Its time is what it computes, where the system tells, and in any
 * case the clock's.
 *
 * @param isWaiting whether it waits for bytes of the source, which is not its own time
 */
export function watchOperation(
  child: ChildHandle,
  limits: Required<ForeignLimits>,
  isWaiting: () => boolean,
): OperationWatch {
  let begun = false;
  let passed = 0;
  let last = performance.now();
  let computedBefore = 0;
  const look = (): void => {
    child.look();
    const now = performance.now();
    // A process that is itself held up does not see that the child is done: only what it sees counts.
    if (!isWaiting()) passed += Math.min(now - last, tick * 4) / 1000;
    last = now;
    if (!begun) {
      if (passed > startSeconds) child.kill(foreignCrash("the process that was to read it did not start", {}));
      return;
    }
    const computed = child.computingSeconds - computedBefore;
    const most = child.computingSeconds > 0 ? limits.seconds * mostWaiting : limits.seconds;
    if (computed > limits.seconds || passed > most) child.kill(tooLong(limits, passed));
  };
  const timer = setInterval(look, tick);
  return {
    begin() {
      child.look();
      begun = true;
      passed = 0;
      computedBefore = child.computingSeconds;
    },
    stop() {
      clearInterval(timer);
      child.look();
    },
  };
}

function tooLong({ seconds }: Required<ForeignLimits>, passed: number): unknown {
  return foreignLimit(
    "time",
    `took more than ${seconds} seconds to read, so reading it was ended`,
    "Read fewer rows or columns, or raise limits.seconds if you trust the file.",
    { seconds, passedSeconds: passed },
  );
}
