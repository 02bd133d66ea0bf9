import { type BlobRecord, type CacheEvent, type DiagnosticsEvent, diagnosticsListener } from "../../src/index.js";
import { fakeClock } from "../cache/fake-clock.js";

const createdAt = 1_700_000_000_000;

const record: BlobRecord = {
  codec: "larder.structured.1",
  byteLength: 1234,
  checksum: "xxh64:0123456789abcdef",
  createdAt,
  expiresAt: createdAt + 60_000,
  costSeconds: 1.5,
  tags: ["secret tag"],
};

/** One cache event of each kind, with a warning whose message holds what must not be seen. */
export const cacheEvents: readonly CacheEvent[] = [
  { type: "hit", key: "plan:1", record },
  { type: "hit", key: "plan:1", record, stale: true },
  { type: "miss", key: "plan:2", reason: "absent" },
  { type: "set", key: "plan:2", record },
  { type: "delete", key: "plan:2" },
  { type: "evict", key: "plan:3", reason: "size" },
  { type: "evict", key: "plan:4", reason: "expired" },
  { type: "stampede-avoided", key: "plan:5", waitedMs: 12.5 },
  { type: "refresh", key: "plan:6", reason: "early" },
  { type: "table-made-hot", key: "plan:8", bytesBefore: 1000, bytesAfter: 4000, seconds: 0.5 },
  { type: "table-made-cold", key: "plan:8", bytesBefore: 4000, bytesAfter: 1000, seconds: 0.75 },
  {
    type: "warning",
    code: "backend-failed",
    key: "plan:7",
    message: "Could not reach s3://me:hunter2@lab/experiment?X-Amz-Signature=abc&part=1.",
    cause: new Error("hunter2"),
  },
];

/** What the sinks get of those, and of one report. */
export async function sampleEvents(level: "summary" | "all"): Promise<DiagnosticsEvent[]> {
  const events: DiagnosticsEvent[] = [];
  const sinks = [{ write: (event: DiagnosticsEvent) => void events.push(event) }];
  const clock = fakeClock(createdAt + 5000);
  const listener = diagnosticsListener({ cache: "/tmp/c", kind: "plan", sinks, level, clock, source: "thread/1" });
  for (const event of cacheEvents) listener.onEvent!(event);
  await listener.report({
    stats: async () => ({ hits: 70, misses: 30, sets: 30, anotherNumber: 5 }),
    volume: async () => ({ entries: 3, sizeBytes: 4096, reservedBytes: 0, limitBytes: undefined }),
  });
  return events;
}
