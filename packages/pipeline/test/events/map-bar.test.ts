import { expect, test } from "vitest";
import { createMapBar } from "../../src/events/map-bar.js";

const progress = (done: number, more: object = {}) => ({
  ...{ node: "n", output: "symbols", done, total: 100_000, hits: 0, failed: 0, ...more },
});

function terminal(columns = 100) {
  let now = 0;
  let text = "";
  const writer = { isTTY: true, columns, write: (more: string) => (text += more) };
  const bar = createMapBar(writer, { NO_COLOR: "1" }, () => now)!;
  return {
    bar,
    at(time: number) {
      now = time;
    },
    /** What has been written since the last call; `⌫` is what clears the line. */
    taken() {
      const written = text;
      text = "";
      return written.replaceAll("\r\x1b[K", "⌫");
    },
  };
}

test("a map that runs for long is drawn in one line, over and over, which goes in the end", () => {
  const { bar, at, taken } = terminal();
  bar.update(progress(0));
  at(400);
  bar.update(progress(1000));
  expect(taken()).toBe("");
  at(2000);
  bar.update(progress(61_000, { failed: 3, hits: 1000 }));
  expect(taken()).toBe("⌫[CACHE] symbols ━━━━━━──── 61 % 61,000 of 100,000 · 30,000/s · 3 failed");
  at(3000);
  bar.update(progress(100_000));
  expect(taken()).toMatch(/^⌫\[CACHE\] symbols ━{10} 100 % 100,000 of 100,000/);
  bar.remove("symbols");
  expect(taken()).toBe("⌫");
  bar.close();
  expect(taken()).toBe("");
});

test("lines are written above it", () => {
  const { bar, at, taken } = terminal();
  bar.update(progress(0));
  at(1000);
  bar.update(progress(50_000));
  taken();
  bar.above.write("[CACHE] other: ✓ HIT\n");
  expect(taken()).toMatch(/^⌫\[CACHE\] other: ✓ HIT\n⌫\[CACHE\] symbols /);
  bar.close();
  expect(taken()).toBe("⌫");
  bar.above.write("[CACHE] more: ✓ HIT\n");
  expect(taken()).toBe("[CACHE] more: ✓ HIT\n");
});

test("of several maps at once the first is drawn, with the number of others", () => {
  const { bar, at, taken } = terminal();
  bar.update(progress(0));
  bar.update(progress(0, { output: "imports" }));
  at(1000);
  bar.update(progress(10_000, { output: "imports" }));
  expect(taken()).toMatch(/symbols .* · 1 more$/);
  bar.remove("symbols");
  expect(taken()).toMatch(/imports ━─{9} 10 % 10,000 of 100,000 · 10,000\/s$/);
  bar.close();
});

test("what has no room is left out, and names can't steer the terminal", () => {
  for (const columns of [20, 40, 60, 80]) {
    const { bar, at, taken } = terminal(columns);
    bar.update(progress(0, { output: "sym\x1b[2Jbols" }));
    at(1000);
    bar.update(progress(61_000, { output: "sym\x1b[2Jbols", failed: 3 }));
    const line = taken().replace("⌫", "");
    expect(line.length).toBeLessThan(Math.max(columns, 24));
    expect(line).toContain("61 %");
    expect(line).not.toContain("\x1b");
    bar.close();
  }
});

test("there is none without a terminal", () => {
  expect(createMapBar({ write: () => {} }, {})).toBeUndefined();
  expect(createMapBar({ isTTY: true, write: () => {} }, { TERM: "dumb" })).toBeUndefined();
});

test("no listener of the process stays behind", () => {
  const before = ["exit", "SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));
  for (let run = 0; run < 3; run++) {
    const { bar, at } = terminal();
    bar.update(progress(0));
    at(1000);
    bar.update(progress(10));
    bar.close();
  }
  expect(["exit", "SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name))).toEqual(before);
});
