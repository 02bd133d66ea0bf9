import { type Clock, MemoryCache } from "@larder/core";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { beforeEach, expect, test } from "vitest";
import { decisionsOf, plannedIn, reasonsOf } from "./decisions-of.js";

let now = 1_000_000;
const clock: Clock = { now: () => now, monotonic: () => now };
const ran: string[] = [];
let published = 1;
beforeEach(() => {
  now = 1_000_000;
  published = 1;
  ran.length = 0;
});

function fetchNode(ttlSeconds: number | undefined) {
  return func(
    { name: "fetch", inputs: [], output: "fetched", cache: true, ...(ttlSeconds !== undefined && { ttlSeconds }) },
    fetchIt,
  );
}
function fetchIt(): { published: number } {
  ran.push("fetch");
  return { published };
}
const parse = func(
  { name: "parse", inputs: ["fetched"], output: "parsed", cache: true },
  ({ fetched }: { fetched: { published: number } }) => {
    ran.push("parse");
    return fetched.published * 100;
  },
);
const show = func(
  { name: "show", inputs: ["parsed"], output: "shown", cache: true },
  ({ parsed }: { parsed: number }) => {
    ran.push("show");
    return `${parsed}`;
  },
);

function pipelineWith(ttlSeconds: number | undefined) {
  return new Pipeline([fetchNode(ttlSeconds), parse, show], { name: "news" });
}

function newRunner(backend: MemoryCache) {
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false }, clock });
}

test("a result past its time to live is computed again, and what was made of it follows", async () => {
  const runner = newRunner(new MemoryCache());
  const pipeline = pipelineWith(60);
  await runner.run(pipeline);
  now += 59_999;
  expect(decisionsOf((await runner.run(pipeline)).report)).toEqual({ fetch: "skipped", parse: "skipped", show: "hit" });
  now += 1;
  published = 2;
  expect(plannedIn(await runner.plan(pipeline))).toEqual({ fetch: "miss", parse: "depends", show: "depends" });
  const { outputs, report } = await runner.run(pipeline);
  expect(outputs.shown).toBe("200");
  expect(decisionsOf(report)).toEqual({ fetch: "miss", parse: "miss", show: "miss" });
  expect(reasonsOf(report)).toMatchObject({ fetch: "expired", parse: "parent changed" });
});

test("an expired result that comes out as it was leaves its children hits", async () => {
  const runner = newRunner(new MemoryCache());
  const pipeline = pipelineWith(60);
  await runner.run(pipeline);
  now += 60_000;
  const { report } = await runner.run(pipeline);
  expect(decisionsOf(report)).toEqual({ fetch: "miss", parse: "skipped", show: "hit" });
});

test("shortening the time to live counts for results stored earlier", async () => {
  const runner = newRunner(new MemoryCache());
  await runner.run(pipelineWith(3600));
  now += 120_000;
  expect(reasonsOf((await runner.run(pipelineWith(3600))).report).fetch).toBe("not needed");
  expect(reasonsOf((await runner.run(pipelineWith(100))).report).fetch).toBe("expired");
});

test("giving a node a time to live counts for results stored without one", async () => {
  const runner = newRunner(new MemoryCache());
  await runner.run(pipelineWith(undefined));
  now += 120_000;
  published = 2;
  const { outputs, report } = await runner.run(pipelineWith(100));
  expect(reasonsOf(report).fetch).toBe("expired");
  expect(outputs.shown).toBe("200");
});

test("a result from the future of a clock that jumped back is not trusted", async () => {
  const runner = newRunner(new MemoryCache());
  await runner.run(pipelineWith(60));
  now -= 10_000_000;
  expect(reasonsOf((await runner.run(pipelineWith(60))).report).fetch).toBe("expired");
});

test("savings are told: what the stored results took to make", async () => {
  const runner = newRunner(new MemoryCache());
  const pipeline = new Pipeline([slow]);
  expect((await runner.run(pipeline)).report.nodes[0]).toMatchObject({ seconds: 2.5, savedSeconds: 0 });
  const { report } = await runner.run(pipeline);
  expect(report.nodes[0]).toMatchObject({ decision: "hit", savedSeconds: 2.5 });
  expect(report.totals).toMatchObject({ hits: 1, savedSeconds: 2.5 });
});

const slow = func({ inputs: [], output: "slow", cache: true }, () => {
  now += 2500;
  return 1;
});
