/** How long a loop may go on before others get a turn, in milliseconds. */
const turnMs = 20;

/**
 * Does something for each number below `count`, in order, at most `lanes` at a time. When one throws no more are begun, and
 * that is thrown once all have ended.
 */
export async function inLanes(count: number, lanes: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    while (next < count && failure === undefined) {
      try {
        await work(next++);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, count) }, lane));
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
}

/** Does something at once for each number below `count`, and lets others have their turn in between. */
export async function inTurns(count: number, work: (index: number) => void): Promise<void> {
  let since = performance.now();
  for (let index = 0; index < count; index++) {
    work(index);
    if (index % 256 !== 255 || performance.now() - since < turnMs) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}
