import { stripVTControlCharacters } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { terminalProgress } from "../../src/progress/terminal-progress.js";
import { progressAt } from "./progress-events.js";

const hide = "\x1b[?25l";
const show = "\x1b[?25h";

function fakeTerminal(more: { readonly isTTY?: boolean; columns?: number } = {}) {
  const written: string[] = [];
  return { isTTY: true, columns: 100, ...more, written, write: (text: string) => written.push(text) };
}

/** Listeners of the process that a reporter might leave behind. */
function listeners(): number[] {
  return ["exit", "SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));
}

describe("progress in a terminal", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance", "setTimeout", "clearTimeout"] });
    vi.stubEnv("NO_COLOR", "");
    vi.stubEnv("TERM", "xterm");
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it("draws one line over and over, at most ten times a second, and the last state of all", () => {
    const stream = fakeTerminal();
    const progress = terminalProgress({ stream });
    for (let step = 0; step < 1000; step++) {
      progress(progressAt(step / 100));
      vi.advanceTimersByTime(1);
    }
    progress(progressAt(10));
    progress.close();
    const text = stream.written.join("");
    const lines = text.split("\r").slice(1);
    expect(lines.length).toBeGreaterThanOrEqual(10);
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.at(-1)).toContain("100% · 1,000 of 1,000 rows");
    expect(text.match(/\n/g)).toHaveLength(1);
  });

  it("draws what came too soon after the last drawing a little later, without a further event", () => {
    const stream = fakeTerminal();
    const progress = terminalProgress({ stream });
    progress(progressAt(1));
    progress(progressAt(2));
    expect(stream.written.join("")).not.toContain("20%");
    vi.advanceTimersByTime(100);
    expect(stream.written.join("")).toContain("20%");
    progress.close();
  });

  it("hides the cursor while it draws, and shows it when the call ends, with all listeners taken back", () => {
    const before = listeners();
    const stream = fakeTerminal();
    const progress = terminalProgress({ stream });
    expect(stream.written).toEqual([]);
    for (let call = 0; call < 3; call++) {
      progress(progressAt(1));
      expect(stream.written.join("").lastIndexOf(hide)).toBeGreaterThan(stream.written.join("").lastIndexOf(show));
      progress.ended();
      progress.ended();
      expect(stream.written.at(-1)).toBe(show);
    }
    progress.close();
    progress.close();
    progress(progressAt(2));
    vi.advanceTimersByTime(1000);
    expect(stream.written.at(-1)).toBe(show);
    expect(stream.written.filter((text) => text === show)).toHaveLength(3);
    expect(listeners()).toEqual(before);
  });

  it("is silent without a terminal, and in a terminal that can't be steered", () => {
    const pipe = fakeTerminal({ isTTY: false });
    vi.stubEnv("TERM", "dumb");
    const dumb = fakeTerminal();
    for (const stream of [pipe, dumb]) {
      const progress = terminalProgress({ stream });
      progress(progressAt(1));
      progress.close();
      expect(stream.written).toEqual([]);
    }
  });

  it("writes a few plain lines without a terminal when forced", () => {
    const stream = fakeTerminal({ isTTY: false });
    const progress = terminalProgress({ stream, force: true, label: "orders" });
    for (let batch = 0; batch <= 10; batch += 0.25) progress(progressAt(batch));
    progress.ended();
    expect(stream.written).toHaveLength(5);
    expect(stream.written.every((line) => /^orders \d+% · [\P{Cc}]*\n$/u.test(line))).toBe(true);
    expect(stream.written.at(-1)).toContain("100%");
    progress(progressAt(1));
    vi.advanceTimersByTime(29_999);
    progress(progressAt(1.1));
    expect(stream.written).toHaveLength(6);
    vi.advanceTimersByTime(1);
    progress(progressAt(1.2));
    expect(stream.written).toHaveLength(7);
    progress.close();
    progress(progressAt(10));
    expect(stream.written).toHaveLength(7);
  });

  it("uses no colour with NO_COLOR", () => {
    for (const [value, coloured] of [
      ["", true],
      ["1", false],
    ] as const) {
      vi.stubEnv("NO_COLOR", value);
      const stream = fakeTerminal();
      const progress = terminalProgress({ stream });
      progress(progressAt(5));
      progress.close();
      expect(stream.written.join("").includes("\x1b[36m")).toBe(coloured);
    }
  });

  it("fits the width the terminal has now", () => {
    const stream = fakeTerminal({ columns: 100 });
    const progress = terminalProgress({ stream });
    for (const columns of [100, 60, 30, 12, 1]) {
      stream.columns = columns;
      stream.written.length = 0;
      progress(progressAt(5));
      vi.advanceTimersByTime(100);
      const drawn = stripVTControlCharacters(stream.written.join("")).replaceAll("\r", "");
      expect(drawn.length).toBeLessThanOrEqual(Math.max(1, columns - 1));
      if (columns >= 12) expect(drawn).toContain("50%");
    }
    progress.close();
  });
});
