import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, type TestContext, test } from "vitest";

const program = fileURLToPath(new URL("./map-bar.child.ts", import.meta.url));
const clear = "\r\x1b[K";

/** Runs the program in a terminal of 70 columns; presses keys once it has drawn. */
async function inTerminal(ctx: TestContext, ending: string, keys?: string) {
  if (!String(spawnSync("script", ["--version"]).stdout).includes("util-linux")) {
    return ctx.skip("needs script of util-linux, for a pseudo-terminal");
  }
  const command = `stty cols 70 rows 24; exec "$NODE" --conditions=larder-source --import tsx "$PROGRAM" ${ending}`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    env: { ...process.env, NODE: process.execPath, PROGRAM: program, TERM: "xterm", NO_COLOR: "1", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  let acted = false;
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    text += piece;
    if (acted || !text.includes(" %")) return;
    acted = true;
    if (keys !== undefined) child.stdin.write(keys);
  });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdin.destroy();
  return { text, code };
}

/** Every line that was drawn fits, and the last of them was taken away. */
function expectCleared(text: string): void {
  const drawn = [...text.matchAll(/\[CACHE\] symbols [━─]+ \d+ %[^\r\n]*/g)];
  expect(drawn.length).toBeGreaterThan(0);
  for (const [line] of drawn) expect(line.length).toBeLessThan(70);
  const last = drawn.at(-1)!;
  // The terminal itself may show the key that was pressed before that.
  expect(text.indexOf(clear, last.index + last[0].length)).toBeGreaterThan(0);
}

test("a long map is drawn in a terminal, and leaves its one line of what became of it", async (ctx) => {
  const { text, code } = await inTerminal(ctx, "ended");
  expect(code).toBe(0);
  expectCleared(text);
  expect(text).toMatch(/\[CACHE\] symbols: ✗ MISS \(\d+\.\d\ds, 100 of 100 items\)\r\n$/);
});

test("after an error that nobody caught nothing of the drawing is left", async (ctx) => {
  const { text, code } = await inTerminal(ctx, "thrown");
  expect(code).toBe(1);
  expectCleared(text);
});

test("Ctrl-C ends the program, and nothing of the drawing is left", async (ctx) => {
  const { text, code } = await inTerminal(ctx, "stay", "\x03");
  expect(code).toBe(130);
  expectCleared(text);
});

test("Ctrl-C is left to a program that handles it", async (ctx) => {
  const { text, code } = await inTerminal(ctx, "handled", "\x03");
  expect(code).toBe(0);
  expect(text).toContain("handled");
  expectCleared(text);
});
