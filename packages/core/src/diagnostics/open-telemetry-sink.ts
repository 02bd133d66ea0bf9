import type { CacheStatistics } from "../cache/cache-statistics.js";
import type { DiagnosticsEvent, VolumeEvent } from "./diagnostics-event.js";
import type { DiagnosticsSink } from "./diagnostics-sink.js";

/** What this sink needs of a `Meter` of `@opentelemetry/api`; any meter of it will do. */
export interface MeterLike {
  createCounter(name: string, options?: InstrumentOptions): { add(value: number, attributes?: Attributes): void };
  createObservableGauge(name: string, options?: InstrumentOptions): ObservableLike;
}

interface InstrumentOptions {
  readonly description?: string;
  readonly unit?: string;
}

type Attributes = Record<string, string>;

type Observe = (result: { observe(value: number, attributes?: Attributes): void }) => void;

interface ObservableLike {
  addCallback(callback: Observe): void;
  removeCallback(callback: Observe): void;
}

const counters: Readonly<Record<keyof CacheStatistics, string>> = {
  hits: "Values found and handed out",
  misses: "Look-ups that found nothing to hand out",
  staleHits: "Hits served although expired",
  sets: "Values stored",
  deletes: "Values deleted by callers",
  evictions: "Entries that went for want of space",
  expirations: "Entries forgotten because they had expired for good",
  stampedesAvoided: "Computations that another thread or process did instead",
  earlyRefreshes: "Computations in the background before the value expired",
};

const gauges = {
  entries: { unit: "{entry}", description: "Entries held" },
  sizeBytes: { unit: "By", description: "What the entries take up, as accounted" },
  reservedBytes: { unit: "By", description: "Reserved by writes under way" },
  limitBytes: { unit: "By", description: "The limit of size" },
} as const;

/**
 * Turns statistics, volume and warnings into OpenTelemetry metrics: counters `larder.cache.hits`, `.misses`, `.stale_hits`,
 * `.sets`, `.deletes`, `.evictions`, `.expirations`, `.stampedes_avoided`, `.early_refreshes` and `.warnings` (with the attribute
 * `code`), observable gauges `larder.cache.entries`, `.size_bytes`, `.reserved_bytes`, `.limit_bytes`; attributes `cache` and `kind`.
 *
 * Counters count what this thread did, so that those of several processes may be added up. They move with each event
 * `larder.cache.stats.v1`; events of single keys are not counted again.
 *
 * @param meter - as of `metrics.getMeter("larder")`
 */
export function openTelemetrySink(meter: MeterLike): DiagnosticsSink {
  const counting = Object.entries(counters).map(([name, description]) => ({
    name: name as keyof CacheStatistics,
    counter: meter.createCounter(`larder.cache.${snakeCase(name)}`, { description }),
  }));
  const warnings = meter.createCounter("larder.cache.warnings", { description: "Faults that the cache survived" });
  const counted = new Map<string, CacheStatistics>();
  const volumes = new Map<string, VolumeEvent>();
  let closed = false;

  const observed = Object.entries(gauges).map(([name, options]) => {
    const gauge = meter.createObservableGauge(`larder.cache.${snakeCase(name)}`, options);
    const observe: Observe = (result) => {
      for (const volume of volumes.values()) {
        const value = volume[name as keyof typeof gauges];
        if (value !== null) result.observe(value, attributesOf(volume));
      }
    };
    gauge.addCallback(observe);
    return () => gauge.removeCallback(observe);
  });

  return {
    write(event) {
      if (closed) return;
      if (event.schema === "larder.cache.stats.v1") {
        const before = counted.get(event.source);
        counted.set(event.source, event.own);
        for (const { name, counter } of counting) {
          const more = event.own[name] - (before?.[name] ?? 0);
          if (more > 0) counter.add(more, attributesOf(event));
        }
      } else if (event.schema === "larder.cache.volume.v1") {
        volumes.set(placeOf(event), event);
      } else if (event.schema === "larder.cache.warning.v1") {
        warnings.add(1, { ...attributesOf(event), code: event.code });
      }
    },
    async close() {
      closed = true;
      for (const stop of observed) stop();
    },
  };
}

function placeOf({ cache, kind }: DiagnosticsEvent): string {
  return JSON.stringify([cache, kind]);
}

function attributesOf({ cache, kind }: DiagnosticsEvent): Attributes {
  return { cache, kind };
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
