import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

/** Environment of every tool: the repository's own programs first, nothing reported to anybody. */
export function toolEnvironment(root, more = {}) {
  return {
    ...process.env,
    PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    DO_NOT_TRACK: "1",
    ...more,
  };
}

/**
 * Runs a tool quietly: its output is collected, and shown only by a caller that wants to.
 *
 * @param {string} command - a program, or a whole command line when `shell` is true
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, shell?: boolean, live?: boolean, timeLimitMs?: number }} options
 *   `live`: pass the output on to stderr as well; `timeLimitMs`: end the tool and all it started after so long
 * @returns {Promise<{ ok: boolean, output: string, status: string }>} `status` as in "exit code 2", "SIGKILL"
 */
export function runTool(command, args, options) {
  return new Promise((resolve) => {
    const limited = options.timeLimitMs !== undefined;
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: options.shell ?? process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, so that a tool that hangs can be ended with its children.
      detached: limited && process.platform !== "win32",
    });
    const parts = [];
    const take = (part) => {
      parts.push(part);
      if (options.live) process.stderr.write(part);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    const stop = (signal) => endGroup(child, signal);
    const timer = limited ? setTimeout(() => stop("SIGKILL"), options.timeLimitMs) : undefined;
    if (limited) for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, stop);
    const finish = (outcome) => {
      clearTimeout(timer);
      for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, stop);
      resolve({ ...outcome, output: Buffer.concat(parts).toString("utf8") });
    };
    child.on("error", (error) => {
      parts.push(Buffer.from(`${command}: ${error.message}\n`));
      finish({ ok: false, status: "did not start" });
    });
    child.on("close", (code, signal) => finish({ ok: code === 0, status: signal ?? `exit code ${code}` }));
  });
}

function endGroup(child, signal) {
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}
