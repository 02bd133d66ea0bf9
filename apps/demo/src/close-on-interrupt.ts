/**
 * A signal that fires when the act shall end: on Ctrl-C, when the runner asks, and when the runner is gone. What is
 * running is aborted and the cache closed; the process then ends by itself.
 */
export function closeOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    controller.abort(new Error("interrupted"));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  process.on("disconnect", stop);
  // The runner may close its end of stderr first, as `2>&1 | head` does.
  process.stderr.on("error", () => {});
  process.stdout.on("error", () => {});
  return controller.signal;
}
