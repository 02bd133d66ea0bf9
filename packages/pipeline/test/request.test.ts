import { type FuncNode, func, Pipeline, Runner } from "@larder/pipeline";
import { expect, test } from "vitest";

const load = func(
  { name: "load", inputs: ["source"], output: "flights" },
  ({ source }: { source: string }) => source.length,
);
const rank = func({ name: "rank", inputs: ["flights", "minimumFlights"], output: "ranking" }, () => 1);
const dynamic: readonly FuncNode[] = [load, rank];
const pipeline = new Pipeline(dynamic, { name: "flights" });
const runner = new Runner();

test("a missing input is an error that says who needs it", async () => {
  const run = runner.run(pipeline, { inputs: { source: "a" } });
  await expect(run).rejects.toMatchObject({ code: "missing-input" });
  await expect(run).rejects.toThrow("Input 'minimumFlights' of pipeline 'flights' is missing; 'rank' needs it");
});

test("an input that a misspelt output leaves open is told with the nearest output", async () => {
  const misspelt = func({ name: "count", inputs: ["flight"], output: "count" }, () => 1);
  const nodes: readonly FuncNode[] = [load, misspelt];
  await expect(runner.run(new Pipeline(nodes), { inputs: { source: "a" } })).rejects.toThrow("Did you mean 'flights'?");
});

test("an unknown input is an error with the nearest name", async () => {
  const run = runner.run(pipeline, { inputs: { source: "a", minimumFlights: 1, minimunFlight: 2 } });
  await expect(run).rejects.toMatchObject({ code: "unknown-input" });
  await expect(run).rejects.toThrow("no input 'minimunFlight'. Did you mean 'minimumFlights'?");
});

test("an unknown output is an error with the nearest name", async () => {
  const inputs = { source: "a", minimumFlights: 1 };
  const run = runner.run(pipeline, { inputs, outputs: ["rankings"] });
  await expect(run).rejects.toMatchObject({ code: "unknown-output" });
  await expect(run).rejects.toThrow("Did you mean 'ranking'?");
  await expect(runner.plan(pipeline, { inputs, outputs: ["rankings"] })).rejects.toMatchObject({
    code: "unknown-output",
  });
});

test("nothing is suggested when no name is alike", async () => {
  const run = runner.run(pipeline, { inputs: { source: "a", minimumFlights: 1, qqq: 2 } });
  await expect(run).rejects.toThrow(/no input 'qqq'\. Its inputs/);
});

test("an input given as undefined is given", async () => {
  const nodes: readonly FuncNode[] = [func({ inputs: ["x"], output: "kind" }, ({ x }) => typeof x)];
  expect((await runner.run(new Pipeline(nodes), { inputs: { x: undefined } })).outputs).toEqual({ kind: "undefined" });
});

test("why names the nearest node, and an older-form call without a pipeline says what to do", async () => {
  await expect(runner.why(pipeline, "lod")).rejects.toThrow("Did you mean 'load'?");
  await expect((runner as unknown as { run(options: object): Promise<unknown> }).run({})).rejects.toMatchObject({
    code: "no-pipeline",
  });
});
