import { countEvent, countsFrom, noCounts } from "../cache/cache-statistics.js";
import type { Volume } from "../capabilities/index.js";
import { type Clock, systemClock } from "../clock.js";
import type { CacheEventListener } from "../events.js";
import { currentOwner } from "../owner.js";
import type { DiagnosticsEvent } from "./diagnostics-event.js";
import { diagnosticsOf } from "./diagnostics-of-event.js";
import type { DiagnosticsSink } from "./diagnostics-sink.js";

/** Which events go to the sinks besides statistics: `summary`, only warnings; `all`, also one for every use of a key. */
export type DiagnosticsLevel = "summary" | "all";

/** What {@link diagnosticsListener} is told. */
export interface DiagnosticsListenerOptions {
  /** Name of the cache in its events, such as its directory. */
  readonly cache: string;
  /** Kind of the cache in its events. Default `""`. */
  readonly kind?: string;
  readonly sinks: readonly DiagnosticsSink[];
  /** Default `summary`: hits are many. */
  readonly level?: DiagnosticsLevel;
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** `source` of the statistics. Default: a name that no other listener has. */
  readonly source?: string;
}

let listeners = 0;

/** What is asked of a cache for its statistics; a `Cache` has both. */
export interface ReportsUse {
  stats(): Promise<object>;
  volume(): Promise<Volume>;
}

/** Takes the events of one cache to sinks. */
export interface DiagnosticsListener {
  /** For `onEvent` of the cache and its backend. `undefined` where there is no sink, so that events cost nothing. */
  readonly onEvent: CacheEventListener | undefined;
  /**
   * Writes one event of statistics and one of volume. What the cache can't tell, as its backend lacks the capability, is left
   * out. Never rejects: what fails is a warning event.
   */
  report(cache: ReportsUse): Promise<void>;
}

/** Turns the events of a cache into {@link DiagnosticsEvent}s. A sink that throws disturbs neither cache nor other sinks. */
export function diagnosticsListener(options: DiagnosticsListenerOptions): DiagnosticsListener {
  const { cache, kind = "", level = "summary", clock = systemClock } = options;
  const source = options.source ?? `${currentOwner()}/${++listeners}`;
  const sinks = [...options.sinks];
  const own = noCounts();
  const complained = new Set<DiagnosticsSink>();

  const write = (event: DiagnosticsEvent) => {
    for (const sink of sinks) {
      try {
        sink.write(event);
      } catch (error) {
        if (complained.has(sink)) continue;
        complained.add(sink);
        process.emitWarning(`A diagnostics sink threw at '${event.schema}': ${String(error)}`, "LarderWarning");
      }
    }
  };
  const onEvent: CacheEventListener = (event) => {
    countEvent(own, event);
    if (level === "all" || event.type === "warning") write(diagnosticsOf(event, { at: clock.now(), cache, kind }));
  };
  const failed = (what: string, error: unknown) => {
    if (isUnsupported(error)) return;
    const message = `The ${what} of the cache could not be read: ${error instanceof Error ? error.message : String(error)}`;
    onEvent({ type: "warning", code: "diagnostics-failed", message, cause: error });
  };

  return {
    onEvent: sinks.length === 0 ? undefined : onEvent,
    async report(from) {
      if (sinks.length === 0) return;
      let total = noCounts() as object;
      try {
        total = await from.stats();
      } catch (error) {
        failed("statistics", error);
      }
      const counts = countsFrom(total as Readonly<Record<string, unknown>>);
      write({ schema: "larder.cache.stats.v1", at: clock.now(), cache, kind, total: counts, own: { ...own }, source });
      try {
        const { entries, sizeBytes, reservedBytes, limitBytes = null } = await from.volume();
        const schema = "larder.cache.volume.v1";
        write({ schema, at: clock.now(), cache, kind, entries, sizeBytes, reservedBytes, limitBytes });
      } catch (error) {
        failed("volume", error);
      }
    },
  };
}

function isUnsupported(error: unknown): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === "unsupported-capability";
}
