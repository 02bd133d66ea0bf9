import { spawn } from "node:child_process";
import { join } from "node:path";
import { build, isBuilt } from "./build.mjs";
import { faultSuites } from "./fault-suites.mjs";
import { install, isInstalled } from "./install.mjs";
import { toolEnvironment } from "./run-tool.mjs";
import { withSetupLock } from "./setup-lock.mjs";
import { UserError } from "./user-error.mjs";

/**
 * The commands of the repository: what `npm run <name>` starts, and whether it needs everything built first. `test` and `check` build
 * as one of their own steps, so that a build that fails is counted with the rest.
 */
const commands = {
  demo: { needsBuild: true, argv: (root, args) => [process.execPath, join(root, "apps/demo/dist/demo.js"), ...args] },
  atlas: {
    needsBuild: true,
    argv: (root, args) => [process.execPath, join(root, "apps/code-atlas/dist/atlas.js"), ...args],
  },
  test: { needsBuild: false, argv: (root, args) => [process.execPath, join(root, "tooling/setup/test.mjs"), ...args] },
  check: {
    needsBuild: false,
    argv: (root, args) => [process.execPath, join(root, "tooling/setup/test.mjs"), "--only", "checks", ...args],
  },
  bench: {
    needsBuild: true,
    argv: (root, args) => [process.execPath, "--import", "tsx", join(root, "tooling/bench/src/main.ts"), ...args],
  },
  faults: { needsBuild: true, argv: (root, args) => faultSuites(root, args) },
};

/**
 * Sets up what is missing, then runs one command to its end.
 *
 * @param {{ root: string, name: string | undefined, args: readonly string[] }} options
 * @returns {Promise<number | NodeJS.Signals>} the command's exit code, or the signal that ended it
 */
export async function runCommand({ root, name, args }) {
  const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
  if (!command) throw new UserError(`Unknown command "${name ?? ""}". Known: ${Object.keys(commands).join(", ")}.`);
  await prepare(root, command.needsBuild);
  const [program, ...rest] = command.argv(root, args);
  return runInForeground(program, rest, root);
}

/** Installs and builds what is missing or out of date; nothing at all when everything is in place. */
export async function prepare(root, needsBuild) {
  const ready = () => isInstalled(root) && (!needsBuild || isBuilt(root));
  if (ready()) return;
  await withSetupLock(root, async () => {
    // Another process may have done it while this one waited for the lock.
    if (!isInstalled(root)) await install(root);
    if (needsBuild && !isBuilt(root)) await build(root);
  });
}

function runInForeground(program, args, root) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit", env: toolEnvironment(root) });
    // Ctrl-C reaches the command too (same terminal): wait for it to end in its own way. The others are passed on.
    const ignore = () => {};
    const passOn = (signal) => child.kill(signal);
    process.on("SIGINT", ignore);
    for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, passOn);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore);
      for (const each of ["SIGTERM", "SIGHUP"]) process.off(each, passOn);
      resolve(signal ?? code ?? 1);
    });
  });
}
