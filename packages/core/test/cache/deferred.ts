/** A promise, and the means to settle it. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets everything happen that is not waiting for something else. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Lets the event loop turn until something is true. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await settled();
}
