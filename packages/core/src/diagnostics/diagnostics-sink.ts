import type { DiagnosticsEvent } from "./diagnostics-event.js";

/** Takes events to where they are looked at. One sink may serve several caches. */
export interface DiagnosticsSink {
  /** Takes one event, at once and in order. Must not throw or wait: it is called on the way of every read. */
  write(event: DiagnosticsEvent): void;
  /** Resolves when everything written so far is where it belongs, or has been given up. */
  flush?(): Promise<void>;
  /** Flushes, and lets go of what the sink holds. Events written afterwards are dropped. */
  close?(): Promise<void>;
}
