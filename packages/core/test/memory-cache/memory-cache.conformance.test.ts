import { testBackend } from "../../src/conformance/index.js";
import { MemoryCache } from "../../src/index.js";

testBackend("MemoryCache", () => new MemoryCache(), {
  capabilities: {
    entryIndex: true,
    tags: true,
    leases: true,
    transactions: true,
    counters: true,
    streams: true,
    sizeLimit: true,
  },
  withSizeLimit: (sizeLimitBytes, evictionPolicy) => new MemoryCache({ sizeLimitBytes, evictionPolicy }),
});

testBackend(
  "MemoryCache with a limit that is not met",
  () => new MemoryCache({ sizeLimitBytes: 100_000_000, evictionPolicy: "cost-aware", cullLimit: 1 }),
  {
    withSizeLimit: (sizeLimitBytes, evictionPolicy) =>
      new MemoryCache({ sizeLimitBytes, evictionPolicy, cullLimit: 1 }),
  },
);
