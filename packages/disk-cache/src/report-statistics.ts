import type { DiagnosticsListener, ReportsUse } from "@larder/core";

/** Reports of how a cache is used, from time to time. */
export interface StatisticsReports {
  begin(cache: ReportsUse): void;
  /** Reports once more, and stops. */
  end(cache: ReportsUse): Promise<void>;
}

const defaultSeconds = 60;

/** Longer periods than a timer takes are never over. */
const longestMs = 2 ** 31 - 1;

/** Writes statistics and volume to the sinks every so many seconds, by a timer that keeps no process alive. */
export function reportStatistics(diagnostics: DiagnosticsListener, everySeconds = defaultSeconds): StatisticsReports {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const report = (cache: ReportsUse) => {
    // One at a time, however slow the disk is.
    running ??= diagnostics.report(cache).finally(() => {
      running = undefined;
    });
  };
  return {
    begin(cache) {
      if (everySeconds * 1000 > longestMs) return;
      timer = setInterval(() => report(cache), everySeconds * 1000);
      timer.unref();
    },
    async end(cache) {
      clearInterval(timer);
      await running;
      await diagnostics.report(cache);
    },
  };
}
