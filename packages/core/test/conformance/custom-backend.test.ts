import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkConformance, testBackend } from "../../src/conformance/index.js";
import { type BackendCapabilities, Cache, type CacheBackend } from "../../src/index.js";
import { redisStandIn } from "./redis-stand-in.js";

const page = fileURLToPath(new URL("../../../../docs/custom-backend.md", import.meta.url));
const work = fileURLToPath(new URL(`../../.work/custom-backend-${process.pid}/`, import.meta.url));
const core = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

type RedisBackend = (redis: Redis, prefix: string) => CacheBackend;
let redisBackend: RedisBackend;

beforeAll(async () => {
  const blocks = [...readFileSync(page, "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block!);
  const code = blocks.find((block) => block.includes("export function redisBackend"));
  if (code === undefined) throw new Error("docs/custom-backend.md has no block that exports redisBackend.");
  mkdirSync(work, { recursive: true });
  // Inside its own package the package has no node_modules entry of its name.
  writeFileSync(`${work}redis-backend.ts`, code.replace('"@larder/core"', JSON.stringify(core)));
  ({ redisBackend } = (await import(pathToFileURL(`${work}redis-backend.ts`).href)) as { redisBackend: RedisBackend });
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** The five methods, and no more. */
const capabilities: BackendCapabilities = {
  entryIndex: false,
  persistent: false,
  tags: false,
  leases: false,
  transactions: false,
  counters: false,
  streams: false,
  sizeLimit: false,
};

const prefix = `larder-test-${randomBytes(8).toString("hex")}[*]:`;

describe("the backend of docs/custom-backend.md", () => {
  test("is about thirty lines", () => {
    const lines = readFileSync(`${work}redis-backend.ts`, "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThan(52);
  });

  describe("on a stand-in for Redis, in memory", () => {
    const client = redisStandIn() as unknown as Redis;
    const make = () => redisBackend(client, prefix);
    testBackend("conforms", make, {
      capabilities,
      mayClear: true,
      second: make,
    });
  });

  test("conforms on a real Redis, and clears its own keys only", async ({ skip }) => {
    const redis = new Redis({
      host: "127.0.0.1",
      port: 6379,
      db: 9,
      lazyConnect: true,
      retryStrategy: () => null,
      connectTimeout: 2000,
    });
    redis.on("error", () => {}); // shown by the rejection of connect()
    try {
      await redis.connect();
    } catch {
      const reason =
        "no Redis answers on 127.0.0.1:6379: the backend of docs/custom-backend.md was not tested on a real one";
      process.stderr.write(`NOT RUN: ${reason}\n`);
      skip(reason);
    }
    const neighbour = `${prefix.replace("[*]", "xyz")}somebody's`; // what an unescaped pattern would match
    try {
      await redis.set(neighbour, "value");
      const make = () => redisBackend(redis, prefix);
      const options = { capabilities, mayClear: true, second: make };
      const report = await checkConformance(make, options);
      expect(report.failed).toEqual([]);
      expect(report.notRun).toEqual([]);
      expect(report.passed.length).toBeGreaterThan(40);
      expect(await redis.get(neighbour)).toBe("value");

      await overwriteWhileReading(make());
      await evict(redis, make());
    } finally {
      for await (const keys of redis.scanStream({ match: `${prefix.split("[")[0]}*` })) {
        if (keys.length > 0) await redis.unlink(...(keys as string[]));
      }
      await redis.quit();
    }
  });
});

async function overwriteWhileReading(backend: CacheBackend): Promise<void> {
  const cache = new Cache({ backend });
  await cache.set("k", "old");
  const entry = await cache.entry("k");
  await cache.set("k", "new");
  await backend.clear();
  expect(await entry!.value()).toBe("old");
  expect(await cache.has("k")).toBe(false);
}

/** What Redis evicts is a miss. */
async function evict(redis: Redis, backend: CacheBackend): Promise<void> {
  const warnings: string[] = [];
  const cache = new Cache({ backend, onEvent: (event) => event.type === "warning" && warnings.push(event.code) });
  await cache.set("k", "value");
  for await (const keys of redis.scanStream({ match: `${prefix.replace("[*]", "?\\*?")}bytes:*` })) {
    if (keys.length > 0) await redis.unlink(...(keys as string[]));
  }
  expect(await cache.get("k")).toBeUndefined();
  expect(warnings).toEqual(["damaged-blob"]);
  expect(await cache.getOrSet("k", () => "again")).toBe("again");
}
