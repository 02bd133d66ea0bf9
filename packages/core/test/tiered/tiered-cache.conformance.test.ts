import { testBackend } from "../../src/conformance/index.js";
import { MemoryCache, TieredCache } from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";

const all = { entryIndex: true, tags: true, leases: true, transactions: true, counters: true, streams: true };
const never = { persistent: false, sizeLimit: false };

testBackend("TieredCache of two MemoryCaches", () => new TieredCache([new MemoryCache(), new MemoryCache()]), {
  capabilities: { ...all, ...never },
});

testBackend(
  "TieredCache of three tiers, one small and one written later",
  () =>
    new TieredCache([
      { backend: new MemoryCache(), maxBlobBytes: 1000, ttlSeconds: 3600 },
      new MemoryCache(),
      { backend: new MemoryCache(), writes: "back" },
    ]),
  { capabilities: { ...all, ...never } },
);

testBackend(
  "TieredCache over a backend of five methods",
  () => {
    const { supports: _, ...five } = simpleBackend();
    return new TieredCache([new MemoryCache(), five]);
  },
  { capabilities: { ...Object.fromEntries(Object.keys(all).map((name) => [name, false])), ...never }, mayClear: true },
);
