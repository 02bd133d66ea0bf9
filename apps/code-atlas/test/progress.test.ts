import { expect, it } from "vitest";
import { progressLine } from "../src/progress.js";

const files = Array.from({ length: 10 }, () => ({ size: 1000 }));

it("draws one line on a terminal, not too often, and takes it away", () => {
  let written = "";
  let now = 0;
  const stream = { isTTY: true, columns: 200, write: (text: string) => (written += text) };
  const progress = progressLine(stream, () => now);
  progress.start(files);
  progress.done(1, 1000);
  expect(written).not.toContain("1 of 10 files");
  now += 100;
  progress.done(4, 4000);
  expect(written).toContain(`${"█".repeat(12)}${"░".repeat(12)} 5 of 10 files, 5.0 KB of 10 KB`);
  progress.end();
  expect(written.endsWith("\r\x1b[2K")).toBe(true);
  expect(written).not.toContain("\n");
});

it("says nothing elsewhere", () => {
  let written = "";
  const progress = progressLine({ write: (text: string) => (written += text) });
  progress.start(files);
  progress.done(10, 10_000);
  progress.end();
  expect(written).toBe("");
});
