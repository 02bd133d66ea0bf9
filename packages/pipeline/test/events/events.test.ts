import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { MemoryCache } from "@larder/core";
import {
  func,
  Pipeline,
  type PipelineEvent,
  type PipelineEventListener,
  pipelineChannelName,
  Runner,
} from "@larder/pipeline";
import { expect, test, vi } from "vitest";
import { after, broken, load, pipeline } from "./told-nodes.js";

function watched(onEvent?: PipelineEventListener) {
  const events: PipelineEvent[] = [];
  const runner = new Runner({
    cacheConfig: { enabled: true, backend: new MemoryCache(), verbose: false },
    onEvent: onEvent ?? ((event) => events.push(event)),
  });
  return { runner, events };
}

const short = (event: PipelineEvent) =>
  `${event.schema.replace("larder.pipeline.", "")}${"output" in event ? ` ${event.output}` : ""}`;

test("a run tells when it starts, what becomes of each node and why, and how it ends", async () => {
  const { runner, events } = watched();
  await runner.run(pipeline, { inputs: { x: 1 } });
  const told = events.map(short);
  expect(told[0]).toBe("run-started.v1");
  expect(told.at(-1)).toBe("run-finished.v1");
  for (const output of ["loaded", "doubled"]) {
    expect(told.filter((event) => event.endsWith(` ${output}`) && !event.startsWith("map"))).toEqual([
      `node-started.v1 ${output}`,
      `node-missed.v1 ${output}`,
      `node-finished.v1 ${output}`,
    ]);
  }
  expect(told.filter((event) => event.endsWith(" logged"))).toEqual([
    "node-started.v1 logged",
    "node-finished.v1 logged",
  ]);
  const of = (schema: string, output: string) =>
    events.find(
      (event) => event.schema === `larder.pipeline.${schema}` && "output" in event && event.output === output,
    );
  expect(of("node-missed.v1", "loaded")).toMatchObject({ node: "loader", reason: "first run", because: [] });
  expect(of("node-finished.v1", "loaded")).toMatchObject({ cached: true, attempts: 1, rows: null, items: null });
  expect(of("node-finished.v1", "logged")).toMatchObject({ cached: false });
  expect(of("node-finished.v1", "doubled")).toMatchObject({ items: { total: 2, hits: 0, misses: 2, failed: 0 } });
  expect(of("map-progress.v1", "doubled")).toMatchObject({ done: 2, total: 2, hits: 0, failed: 0 });
  expect(events.at(-1)).toMatchObject({ outcome: "done", totals: { misses: 2, uncached: 1 } });

  events.length = 0;
  await runner.run(pipeline, { inputs: { x: 1 }, outputs: ["doubled"] });
  expect(events.map(short)).toEqual(["run-started.v1", "node-hit.v1 doubled", "node-hit.v1 loaded", "run-finished.v1"]);
  expect(events[1]).toMatchObject({ reason: "same key", read: true, items: { total: 2 } });
  expect(events[2]).toMatchObject({ reason: "not needed", read: false });
});

test("events are plain JSON, and name pipeline, time and run, which is another for each run", async () => {
  const { runner, events } = watched();
  await Promise.all([1, 2].map((x) => runner.run(pipeline, { inputs: { x } })));
  expect(JSON.parse(JSON.stringify(events))).toEqual(events);
  for (const event of events) expect(event).toMatchObject({ pipeline: "told", at: expect.any(Number) });
  const runs = new Set(events.map(({ run }) => run));
  expect(runs.size).toBe(2);
  for (const run of runs) {
    const told = events.filter((event) => event.run === run).map(short);
    expect([told[0], told.at(-1)]).toEqual(["run-started.v1", "run-finished.v1"]);
  }
});

test("failures are told without secrets, and what waits for them is told as not run", async () => {
  const { runner, events } = watched();
  const failing = new Pipeline([load, broken, after], { name: "failing" });
  await expect(runner.run(failing, { inputs: { x: 1 } })).rejects.toMatchObject({ code: "pipeline-failed" });
  const failed = events.find(({ schema }) => schema === "larder.pipeline.node-failed.v1");
  expect(failed).toMatchObject({
    node: "broken",
    code: "ENOANSWER",
    message: "no answer from https://***@example.org/?token=***",
    attempts: 1,
  });
  expect(events.map(short)).toContain("node-not-run.v1 after");
  expect(events.at(-1)).toMatchObject({ outcome: "failed", totals: { failed: 1, notRun: 1 } });
});

test("an aborted run says so, also when it had not begun anything", async () => {
  const { runner, events } = watched();
  const signal = AbortSignal.abort(new Error("enough"));
  await expect(runner.run(pipeline, { inputs: { x: 1 }, signal })).rejects.toMatchObject({ code: "pipeline-aborted" });
  expect(events.at(-1)).toMatchObject({ schema: "larder.pipeline.run-finished.v1", outcome: "aborted" });
});

test("warnings are events too", async () => {
  const { runner, events } = watched();
  await runner.run(new Pipeline([load]), { inputs: { x: (() => 1) as unknown as number } });
  const warning = events.find(({ schema }) => schema === "larder.pipeline.warning.v1");
  expect(warning).toMatchObject({ code: "undigestable-input", node: "loader", message: expect.stringMatching(/'x'/) });
});

test("a listener that throws changes nothing about a run", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
  try {
    const { runner } = watched(() => {
      throw new Error("not interested");
    });
    const { outputs } = await runner.run(pipeline, { inputs: { x: 1 }, outputs: ["doubled"] });
    expect(outputs).toEqual({ doubled: [2, 4] });
    expect(warned.mock.calls[0]![0]).toMatch(/listener of a runner threw at an event 'larder.pipeline.run-started.v1'/);
  } finally {
    warned.mockRestore();
  }
});

test("who subscribes to the channel gets the events of every runner, for as long as they are subscribed", async () => {
  const seen: PipelineEvent[] = [];
  const listener = (event: unknown) => void seen.push(event as PipelineEvent);
  subscribe(pipelineChannelName, listener);
  try {
    await new Runner().run(pipeline, { inputs: { x: 1 } });
  } finally {
    unsubscribe(pipelineChannelName, listener);
  }
  expect(seen.map(short)).toContain("node-finished.v1 logged");
  const count = seen.length;
  await new Runner().run(pipeline, { inputs: { x: 1 } });
  expect(seen.length).toBe(count);
});

test("values appear in no event", async () => {
  const { runner, events } = watched();
  const secret = func({ inputs: ["password"], output: "hidden", cache: true }, ({ password }: { password: string }) => [
    password,
  ]);
  const each = func(
    { inputs: ["hidden"], output: "each", cache: true, mapAxis: "hidden", keyAttribute: "length" },
    ({ hidden }: { hidden: string }) => hidden,
  );
  for (const password of ["correct horse", "battery staple"]) {
    await runner.run(new Pipeline([secret, each]), { inputs: { password } });
  }
  expect(JSON.stringify(events)).not.toMatch(/horse|battery/);
});
