import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import type { TestContext } from "vitest";
import { larderCommand, type RunOptions, userEnvironment } from "./run-larder.js";

/** What was seen in a terminal. */
export interface Session {
  /** Everything that was written to it, control sequences too. */
  readonly text: string;
  readonly exitCode: number | null;
}

export interface SessionOptions {
  readonly cwd: string;
  readonly columns?: number | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** What to type once a text was seen, one after the other. `\x03` is Ctrl-C. */
  readonly typed?: readonly { readonly after: string | RegExp; readonly keys: string }[] | undefined;
  readonly from?: RunOptions["from"];
  /** Runs in place of `larder …`, with `$LARDER` for it. */
  readonly shell?: string | undefined;
}

/** Runs `larder` in a pseudo-terminal. Skips the test where there is none. */
export async function inTerminal(
  ctx: TestContext,
  args: readonly string[],
  { cwd, columns = 90, env, typed = [], shell, from }: SessionOptions,
): Promise<Session> {
  if (!String(spawnSync("script", ["--version"]).stdout).includes("util-linux")) {
    return ctx.skip("needs script of util-linux, for a pseudo-terminal");
  }
  const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const program = quoted([process.execPath, ...larderCommand(from)]);
  const command = `stty cols ${columns} rows 24; ${shell?.replaceAll("$LARDER", program) ?? `exec ${program} ${quoted(args)}`}`;
  const child: ChildProcessWithoutNullStreams = spawn("script", ["-qefc", command, "/dev/null"], {
    cwd,
    env: userEnvironment(cwd, { TERM: "xterm", SHELL: "/bin/sh", ...env }),
    stdio: "pipe",
  });
  let text = "";
  const left = [...typed];
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
    const [next] = left;
    if (next === undefined || (typeof next.after === "string" ? !text.includes(next.after) : !next.after.test(text)))
      return;
    left.shift();
    child.stdin.write(next.keys);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.on("close", resolve));
  child.stdin.destroy();
  return { text, exitCode };
}
