import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { diagnosticsListener, openTelemetrySink } from "../../../src/index.js";
import { cacheEvents } from "../sample-events.js";

// Prints the metrics that the real SDK exports: of twice the sample events, and what it exports when the sink was closed and there was more.
const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
const provider = new MeterProvider({ readers: [reader] });
const sink = openTelemetrySink(provider.getMeter("larder"));
const listener = diagnosticsListener({ cache: "/tmp/c", kind: "plan", sinks: [sink], level: "all" });
let entries = 3;
const cache = {
  stats: async () => ({ hits: 1000 }),
  volume: async () => ({ entries, sizeBytes: 4096, reservedBytes: 512, limitBytes: undefined }),
};

async function exported(): Promise<Record<string, unknown>> {
  exporter.reset();
  await reader.forceFlush();
  const metrics = exporter.getMetrics().flatMap((one) => one.scopeMetrics.flatMap((scope) => scope.metrics));
  return Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ value, attributes }) => [value, attributes]),
    ]),
  );
}

for (const event of cacheEvents) listener.onEvent!(event);
await listener.report(cache);
for (const event of cacheEvents) listener.onEvent!(event);
await listener.report(cache);
await listener.report(cache);
const open = await exported();
await sink.close!();
entries = 9;
for (const event of cacheEvents) listener.onEvent!(event);
await listener.report(cache);
const closed = await exported();
console.log(JSON.stringify({ open, closed }));
await provider.shutdown();
