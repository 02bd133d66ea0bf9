import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { expect, test } from "vitest";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const total = process.env.LARDER_FAULTS_LONG === "1" ? 1_000_000 : 48_000;
const [processes, threads] = [4, 4];

test("four processes of four threads find what their models say, and check() finds nothing at the end", async () => {
  const parent = mkdtempSync(join(tmpdir(), "larder-model-"));
  const directory = join(parent, "cache");
  try {
    const operations = Math.ceil(total / processes / threads);
    const started = performance.now();
    const counts = (
      await Promise.all(
        Array.from({ length: processes }, (_, i) => run([directory, i, threads, operations, seed].map(String))),
      )
    ).flat();
    const seconds = (performance.now() - started) / 1000;
    const sum = (name: string) => counts.reduce((all, count) => all + (count[name] ?? 0), 0);
    console.log(
      `seed ${seed}: ${operations * processes * threads} operations in ${seconds.toFixed(0)} s, ${sum("gets")} gets (${sum("hits")} hits), ${sum("sets")} sets, ${sum("deletes")} deletes, ${sum("mismatches")} mismatches`,
    );
    expect(counts).toHaveLength(processes * threads);
    expect(sum("mismatches")).toBe(0);
    expect(sum("hits")).toBeGreaterThan(total / 10);
    const backend = new DiskCache({ directory });
    const cache = new Cache({ backend });
    expect(await cache.get("count")).toBe(sum("increments"));
    expect((await backend.check()).problems).toEqual([]);
    await cache.close();
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}, 1_800_000);

function run(args: readonly string[]): Promise<Record<string, number>[]> {
  const program = fileURLToPath(new URL("../programs/model-process.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=larder-source", "--import", "tsx", program, ...args]);
  let output = "";
  let errors = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      if (code === 0) resolve(JSON.parse(output) as Record<string, number>[]);
      else reject(new Error(`a process ended with ${code ?? signal}:\n${output}${errors}`));
    });
  });
}
