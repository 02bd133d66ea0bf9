import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, type TestContext } from "vitest";

const program = fileURLToPath(new URL("./progress.child.ts", import.meta.url));
const hide = "\x1b[?25l";
const show = "\x1b[?25h";

/** Runs the program in a terminal of 90 columns; `keys` are pressed, or a signal sent, once it has drawn. */
async function inTerminal(
  ctx: TestContext,
  ending: string,
  { keys, signal }: { readonly keys?: string; readonly signal?: NodeJS.Signals } = {},
): Promise<{ readonly text: string; readonly code: number | null }> {
  if (!String(spawnSync("script", ["--version"]).stdout).includes("util-linux")) {
    return ctx.skip("needs script of util-linux, for a pseudo-terminal");
  }
  const command = `stty cols 90 rows 24; echo PID $$; exec "$NODE" --conditions=larder-source --import tsx "$PROGRAM" ${ending}`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    env: { ...process.env, NODE: process.execPath, PROGRAM: program, TERM: "xterm", NO_COLOR: "", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  let acted = false;
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    text += piece;
    if (acted || !text.includes("50%")) return;
    acted = true;
    if (keys !== undefined) child.stdin.write(keys);
    if (signal !== undefined) process.kill(Number(/PID (\d+)/.exec(text)![1]), signal);
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdin.destroy();
  return { text, code };
}

/** Whether the cursor was hidden, and is shown at the end, each as often as the other. */
function expectCursorBack(text: string): void {
  expect(text.split(hide)).toHaveLength(2);
  expect(text.split(show)).toHaveLength(2);
  expect(text.lastIndexOf(show)).toBeGreaterThan(text.lastIndexOf(hide));
}

describe("progress in a real terminal", () => {
  it("leaves a finished line and a shown cursor", async (ctx) => {
    const { text, code } = await inTerminal(ctx, "ended");
    expect(code).toBe(0);
    expect(text).toContain("100%");
    expectCursorBack(text);
  });

  it("shows the cursor again after an error that nobody caught, and before its message", async (ctx) => {
    const { text, code } = await inTerminal(ctx, "thrown");
    expect(code).toBe(1);
    expect(text).toContain("thrown on purpose");
    expectCursorBack(text);
  });

  it("shows the cursor again when the program leaves at once", async (ctx) => {
    const { text, code } = await inTerminal(ctx, "exit");
    expect(code).toBe(3);
    expectCursorBack(text);
  });

  it("shows the cursor again after Ctrl-C, which still ends the program", async (ctx) => {
    const { text, code } = await inTerminal(ctx, "stay", { keys: "\x03" });
    expect(code).toBe(130);
    expectCursorBack(text);
  });

  it("shows the cursor again after SIGTERM and SIGHUP", async (ctx) => {
    for (const [signal, number] of [
      ["SIGTERM", 15],
      ["SIGHUP", 1],
    ] as const) {
      const { text, code } = await inTerminal(ctx, "stay", { signal });
      expect(code).toBe(128 + number);
      expectCursorBack(text);
    }
  });

  it("leaves Ctrl-C to a program that handles it", async (ctx) => {
    const { text, code } = await inTerminal(ctx, "handled", { keys: "\x03" });
    expect(code).toBe(0);
    expect(text).toContain("handled");
    expectCursorBack(text);
  });

  it("fits a terminal that became narrower", async (ctx) => {
    const { text } = await inTerminal(ctx, "resized");
    const [wide, narrow] = text.split("RESIZED").map((part) => stripVTControlCharacters(part));
    expect(Math.max(...wide!.split(/[\r\n]+/).map((line) => line.length))).toBeGreaterThan(30);
    expect(Math.max(...narrow!.split(/[\r\n]+/).map((line) => line.length))).toBeLessThan(30);
    expectCursorBack(text);
  });
});
