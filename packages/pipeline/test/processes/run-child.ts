import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a child process left behind. */
export interface ChildResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a TypeScript file in a process of its own, on the sources of our packages. */
export function runChild(file: URL, ...args: string[]): Promise<ChildResult> {
  const child = spawn(
    process.execPath,
    ["--conditions=larder-source", "--import", "tsx", fileURLToPath(file), ...args],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}
