/**
 * The items of an iterable, until a signal aborts: then its reason is thrown at once, though the next item may never come. The
 * iterable is told when it is not read to its end.
 */
export async function* abortableItems<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Item, void, undefined> {
  signal?.throwIfAborted();
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  let ended = false;
  const next = async (): Promise<IteratorResult<Item>> => {
    try {
      const result = await iterator.next();
      ended ||= result.done === true;
      return result;
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await (signal ? orAbort(next(), signal) : next());
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) {
      const told = Promise.resolve(iterator.return?.());
      // One that was aborted while it was waiting may go on to do so.
      if (signal?.aborted) told.catch(() => {});
      else await told;
    }
  }
}

function orAbort<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
