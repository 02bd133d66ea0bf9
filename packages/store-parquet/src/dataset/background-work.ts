/** Work that nobody waits for, and that is to keep nobody waiting: it begins when it has been quiet for a while. */
export interface BackgroundWork {
  /** Does the work once, soon; asked for again before it has begun, it is still done once. It must not reject. */
  soon(work: () => Promise<void>): void;
  /** Begins at once what has not begun, and waits for all of it. */
  settle(): Promise<void>;
}

/** Work begins when nobody has asked for any for so long, */
const quietMs = 2000;

/** or when it was asked for so often. More than the batches of one call, which are at most a hundred or so. */
const mostAsked = 128;

export function backgroundWork(): BackgroundWork {
  let waiting: (() => Promise<void>) | undefined;
  let asked = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();

  const begin = (): void => {
    clearTimeout(timer);
    const work = waiting;
    waiting = undefined;
    asked = 0;
    if (work) running = Promise.all([running, work()]);
  };
  return {
    soon(work) {
      waiting = work;
      asked++;
      clearTimeout(timer);
      if (asked >= mostAsked) begin();
      // A process that has nothing else to do may end: who comes next does the work.
      else timer = setTimeout(begin, quietMs).unref();
    },
    async settle() {
      begin();
      await running;
    },
  };
}
