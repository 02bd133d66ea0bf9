/**
 * What `work` comes to, unless the signal is aborted first: then its reason is thrown, and `work` goes on unheard. Aborted before, `work`
 * does not begin.
 */
export async function untilAborted<Value>(work: () => PromiseLike<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let stop = () => {};
  try {
    return await new Promise<Value>((resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      work().then(resolve, reject);
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
