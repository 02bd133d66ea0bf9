import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The program itself: what npm puts on the path is a script of Node that starts it. */
function turboProgram(): string {
  const require = createRequire(import.meta.url);
  const own = createRequire(require.resolve("turbo/package.json"));
  const name = `turbo-${process.platform === "win32" ? "windows" : process.platform}-${process.arch === "x64" ? "64" : process.arch}`;
  for (const packageName of [`@turbo/${name.slice("turbo-".length)}`, name]) {
    try {
      return join(dirname(own.resolve(`${packageName}/package.json`)), "bin", "turbo");
    } catch {
      // The other name.
    }
  }
  throw new Error(`Turborepo has no program for ${process.platform} on ${process.arch}.`);
}

/**
 * Runs every task of a workspace.
 *
 * @returns milliseconds from start to end of the program
 * @throws Error when it fails, or other than `expectCached` tasks were cached
 */
export async function runTurbo(folder: string, expectCached: number): Promise<number> {
  const program = turboProgram();
  const started = performance.now();
  const child = spawn(program, ["run", "build", "--no-daemon", "--output-logs=none"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", NO_COLOR: "1", CI: "1", TURBO_UI: "0" },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (text += part));
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const milliseconds = performance.now() - started;
  const cached = /Cached:\s+(\d+) cached/.exec(text)?.[1];
  if (code !== 0 || Number(cached) !== expectCached) {
    throw new Error(
      `turbo ended with ${code}, ${cached ?? "no"} tasks cached, not ${expectCached}:\n${text.slice(-2000)}`,
    );
  }
  return milliseconds;
}
