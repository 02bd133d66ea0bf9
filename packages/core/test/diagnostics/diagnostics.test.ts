import { describe, expect, test } from "vitest";
import {
  Cache,
  type DiagnosticsEvent,
  diagnosticsListener,
  MemoryCache,
  redactedText,
  UnsupportedCapabilityError,
} from "../../src/index.js";
import { cacheEvents, sampleEvents } from "./sample-events.js";

const head = { at: 1_700_000_005_000, cache: "/tmp/c", kind: "plan" };
const own = {
  hits: 2,
  misses: 1,
  staleHits: 1,
  sets: 1,
  deletes: 1,
  evictions: 1,
  expirations: 1,
  stampedesAvoided: 1,
  earlyRefreshes: 1,
};
const none = { staleHits: 0, deletes: 0, evictions: 0, expirations: 0, stampedesAvoided: 0, earlyRefreshes: 0 };

/** The published form of every event, as JSON. Changing one takes a new version of its schema. */
const golden = [
  { schema: "larder.cache.hit.v1", ...head, key: "plan:1", byteLength: 1234, ageMs: 5000, stale: false },
  { schema: "larder.cache.hit.v1", ...head, key: "plan:1", byteLength: 1234, ageMs: 5000, stale: true },
  { schema: "larder.cache.miss.v1", ...head, key: "plan:2", reason: "absent" },
  { schema: "larder.cache.set.v1", ...head, key: "plan:2", byteLength: 1234, lifetimeMs: 60_000, costSeconds: 1.5 },
  { schema: "larder.cache.delete.v1", ...head, key: "plan:2" },
  { schema: "larder.cache.evict.v1", ...head, key: "plan:3", reason: "size" },
  { schema: "larder.cache.evict.v1", ...head, key: "plan:4", reason: "expired" },
  { schema: "larder.cache.stampede.v1", ...head, key: "plan:5", waitedMs: 12.5 },
  { schema: "larder.cache.refresh.v1", ...head, key: "plan:6", reason: "early" },
  {
    schema: "larder.cache.table-profile.v1",
    ...head,
    key: "plan:8",
    profile: "hot",
    bytesBefore: 1000,
    bytesAfter: 4000,
    seconds: 0.5,
  },
  {
    schema: "larder.cache.table-profile.v1",
    ...head,
    key: "plan:8",
    profile: "cold",
    bytesBefore: 4000,
    bytesAfter: 1000,
    seconds: 0.75,
  },
  {
    schema: "larder.cache.warning.v1",
    ...head,
    code: "backend-failed",
    message: "Could not reach s3://***@lab/experiment?X-Amz-Signature=***&part=1.",
    key: "plan:7",
  },
  {
    schema: "larder.cache.stats.v1",
    ...head,
    total: { hits: 70, misses: 30, sets: 30, ...none },
    own,
    source: "thread/1",
  },
  { schema: "larder.cache.volume.v1", ...head, entries: 3, sizeBytes: 4096, reservedBytes: 0, limitBytes: null },
];

describe("diagnostics", () => {
  test("have the published form, for every kind of event", async () => {
    expect(JSON.parse(JSON.stringify(await sampleEvents("all")))).toEqual(golden);
  });

  test("leave out the single keys unless they are asked for", async () => {
    const schemas = (await sampleEvents("summary")).map(({ schema }) => schema);
    expect(schemas).toEqual(["larder.cache.warning.v1", "larder.cache.stats.v1", "larder.cache.volume.v1"]);
  });

  test("show nothing of passwords, signatures and tags", async () => {
    const text = JSON.stringify(await sampleEvents("all"));
    for (const secret of ["hunter2", "abc&", "secret tag"]) expect(text).not.toContain(secret);
  });

  test("cost nothing where nobody takes them", async () => {
    const listener = diagnosticsListener({ cache: "c", sinks: [] });
    expect(listener.onEvent).toBeUndefined();
    let asked = 0;
    const ask = async () => {
      asked++;
      throw new Error("not to be asked");
    };
    await listener.report({ stats: ask, volume: ask });
    expect(asked).toBe(0);
  });

  test("reach the other sinks when one throws, and the cache goes on", async () => {
    const events: DiagnosticsEvent[] = [];
    const broken = {
      write() {
        throw new Error("broken sink");
      },
    };
    const sinks = [broken, { write: (event: DiagnosticsEvent) => void events.push(event) }];
    const { onEvent } = diagnosticsListener({ cache: "c", sinks, level: "all" });
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    const cache = new Cache({ backend: new MemoryCache(), onEvent });
    await cache.set("key", 1);
    expect(await cache.get("key")).toBe(1);
    expect(events.map(({ schema }) => schema)).toEqual(["larder.cache.set.v1", "larder.cache.hit.v1"]);
    expect((await warned).message).toContain("broken sink");
  });

  test("leave out the volume that a backend can't tell, and say what fails", async () => {
    const events: DiagnosticsEvent[] = [];
    const sinks = [{ write: (event: DiagnosticsEvent) => void events.push(event) }];
    const listener = diagnosticsListener({ cache: "c", sinks });
    await listener.report({
      stats: () => Promise.reject(new Error("disk gone")),
      volume: () => Promise.reject(new UnsupportedCapabilityError("sizeLimit", "volume()")),
    });
    expect(events.map(({ schema }) => schema)).toEqual(["larder.cache.warning.v1", "larder.cache.stats.v1"]);
    expect(events[0]).toMatchObject({ code: "diagnostics-failed", message: expect.stringContaining("disk gone") });
  });

  test("of two listeners have different sources, so that nobody adds one up twice", async () => {
    const sources = new Set<string>();
    for (let i = 0; i < 2; i++) {
      const write = (event: DiagnosticsEvent) => void ("source" in event && sources.add(event.source));
      const listener = diagnosticsListener({ cache: "c", sinks: [{ write }] });
      await listener.report({
        stats: async () => ({}),
        volume: async () => ({ entries: 0, sizeBytes: 0, reservedBytes: 0, limitBytes: 9 }),
      });
    }
    expect(sources.size).toBe(2);
  });
});

test("one event of each type is among the samples", () => {
  const types = new Set(cacheEvents.map(({ type }) => type));
  expect([...types].sort()).toEqual(
    [
      "delete",
      "evict",
      "hit",
      "miss",
      "refresh",
      "set",
      "stampede-avoided",
      "table-made-cold",
      "table-made-hot",
      "warning",
    ].sort(),
  );
});

describe("a URL in a message", () => {
  test.each([
    ["postgres://user:p%40ss@db.example:5432/x", "postgres://***@db.example:5432/x"],
    ["https://host/path?sig=1&se=2#token=3", "https://host/path?sig=***&se=2#token=***"],
    ["(see https://a:b@c/d) and ftp://e@f", "(see https://***@c/d) and ftp://***@f"],
    ["https://user:pa/ss@host stays whole up to a slash", "https://user:pa/ss@host stays whole up to a slash"],
    ["https://host/a@b?page=2 has no secret", "https://host/a@b?page=2 has no secret"],
    ["no address: a@b.c", "no address: a@b.c"],
  ])("%s is shown as %s", (text, shown) => {
    expect(redactedText(text)).toBe(shown);
  });
});
