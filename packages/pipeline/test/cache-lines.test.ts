import { MemoryCache } from "@larder/core";
import { func, Pipeline, PipelineError, Runner } from "@larder/pipeline";
import { afterEach, beforeEach, expect, test } from "vitest";

let noColor: string | undefined;
beforeEach(() => {
  noColor = process.env.NO_COLOR;
  delete process.env.NO_COLOR;
});
afterEach(() => {
  if (noColor === undefined) delete process.env.NO_COLOR;
  else process.env.NO_COLOR = noColor;
});

let now = 0;
const clock = { now: () => now, monotonic: () => now };
const load = func({ name: "loader", inputs: ["x"], output: "loaded", cache: true }, ({ x }: { x: number }) => {
  now += 500;
  return x;
});
const show = func(
  { name: "shower", inputs: ["loaded"], output: "result", cache: true },
  ({ loaded }: { loaded: number }) => {
    now += 1000;
    return loaded;
  },
);
const log = func({ name: "logger", inputs: ["x"], output: "logged" }, () => null);
const broken = func({ name: "broken", inputs: ["result"], output: "never" }, () => {
  throw new Error("broken");
});
const pipeline = new Pipeline([load, show, log]);

function written(isTTY: boolean, verbose?: boolean) {
  const lines: string[] = [];
  const writer = { isTTY, write: (text: string) => lines.push(text) };
  const cacheConfig = { enabled: true, backend: new MemoryCache(), ...(verbose !== undefined && { verbose }) };
  return { lines, runner: new Runner({ cacheConfig, writer, clock }) };
}

test("each node prints one line with its output's name: what became of it", async () => {
  const { lines, runner } = written(false);
  await runner.run(pipeline, { inputs: { x: 1 } });
  expect([...lines].sort()).toEqual([
    "[CACHE] loaded: ✗ MISS (0.50s)\n",
    "[CACHE] logged: NO-CACHE\n",
    "[CACHE] result: ✗ MISS (1.00s)\n",
  ]);
  lines.length = 0;
  await runner.run(pipeline, { inputs: { x: 1 } });
  expect([...lines].sort()).toEqual([
    "[CACHE] loaded: ○ HIT (skipped)\n",
    "[CACHE] logged: NO-CACHE\n",
    "[CACHE] result: ✓ HIT\n",
  ]);
});

test("failures and what waits for them are told too", async () => {
  const { lines, runner } = written(false);
  const after = func({ inputs: ["never"], output: "after" }, () => 1);
  await expect(runner.run(new Pipeline([load, show, broken, after]), { inputs: { x: 1 } })).rejects.toThrow(
    PipelineError,
  );
  expect(lines.slice(2)).toEqual(["[CACHE] never: ✗ FAILED (0.00s)\n", "[CACHE] after: – NOT RUN\n"]);
});

test("colours appear on a terminal alone, and never with NO_COLOR", async () => {
  const terminal = written(true);
  await terminal.runner.run(pipeline, { inputs: { x: 1 } });
  expect(terminal.lines.join("")).toContain("\u001b[");
  process.env.NO_COLOR = "1";
  const plain = written(true);
  await plain.runner.run(pipeline, { inputs: { x: 1 } });
  expect(plain.lines.join("")).not.toContain("\u001b[");
});

test("verbose: false prints nothing, and so does caching that is off", async () => {
  const quiet = written(false, false);
  await quiet.runner.run(pipeline, { inputs: { x: 1 } });
  expect(quiet.lines).toEqual([]);
  const lines: string[] = [];
  await new Runner({ writer: { write: (text) => lines.push(text) } }).run(pipeline, { inputs: { x: 1 } });
  expect(lines).toEqual([]);
});

test("warnings are lines of their own", async () => {
  const { lines, runner } = written(false);
  await runner.run(new Pipeline([load]), { inputs: { x: (() => 1) as unknown as number } });
  expect(lines[0]).toMatch(/^\[CACHE\] warning: Node 'loader' runs uncached: the input 'x' can't be digested/);
});
