import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";

it.each(["SIGINT", "SIGTERM"] as const)(
  "a benchmark of tables that is ended by %s leaves no files",
  { timeout: 180_000 },
  async (signal) => {
    const folder = mkdtempSync(join(tmpdir(), "larder-bench-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const temporary = join(folder, "tmp");
    mkdirSync(temporary);
    const child = spawn(process.execPath, ["--import", "tsx", "src/main.ts", "tables", "--quick"], {
      cwd: fileURLToPath(new URL("../../", import.meta.url)),
      env: { ...process.env, TMPDIR: temporary },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    let files: string[] = [];
    child.stderr.on("data", (part: Buffer) => {
      said += part.toString("utf8");
      if (files.length > 0 || !said.includes("run 1 of 1: hyparquet")) return;
      files = ours(temporary);
      child.kill(signal);
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(files, said).toHaveLength(1);
    expect(code, said).toBe(1);
    expect(said).toContain(`Interrupted by ${signal}`);
    expect(ours(temporary)).toEqual([]);
  },
);

/** Those the benchmark made; tsx keeps its cache there too. */
function ours(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith("larder-bench-"));
}
