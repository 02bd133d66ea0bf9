/** The same function, with at most `most` calls under way; others wait for their turn in order. */
export function limitConcurrency<Argument, Result>(
  most: number,
  run: (argument: Argument) => Result | Promise<Result>,
): (argument: Argument) => Promise<Result> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (argument) => {
    // Whoever ends hands its place on, so the count stays as it is.
    if (running >= most) await new Promise<void>((resume) => waiting.push(resume));
    else running++;
    try {
      return await run(argument);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
