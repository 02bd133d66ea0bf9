import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runChild } from "./run-child.js";

const child = new URL("./count-child.ts", import.meta.url);
const nodeCount = 60;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-once-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const paths = () => [join(folder, "cache"), join(folder, "log")] as const;

/** How often each node ran, over all processes. */
async function runsOf(log: string): Promise<Map<string, string[]>> {
  const runs = new Map<string, string[]>();
  for (const line of (await readFile(log, "utf8")).trim().split("\n")) {
    const [node, pid] = line.split(" ") as [string, string];
    runs.set(node, [...(runs.get(node) ?? []), pid]);
  }
  return runs;
}

async function finished(children: ReturnType<typeof runChild>[]) {
  const results = await Promise.all(children);
  return results.map(({ code, stdout, stderr }) => {
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return JSON.parse(stdout);
  });
}

test("four processes that run a pipeline at once compute each node once", async () => {
  const [cache, log] = paths();
  const seen = await finished(Array.from({ length: 4 }, () => runChild(child, cache, log, "", "4")));
  const runs = await runsOf(log);
  expect(runs.size).toBe(nodeCount);
  expect([...runs].filter(([, pids]) => pids.length !== 1)).toEqual([]);
  for (const { outputs, warnings } of seen) {
    expect(outputs).toEqual(seen[0].outputs);
    expect(warnings).toEqual([]);
  }
  expect(seen.reduce((sum, { misses }) => sum + misses, 0)).toBe(nodeCount);
  // They did meet: some waited for others.
  expect(seen.reduce((sum, { elsewhere }) => sum + elsewhere, 0)).toBeGreaterThan(0);
}, 120_000);

test("when a process is killed in the middle of a node, another computes that node, and all finish", async () => {
  const [cache, log] = paths();
  const holder = spawn(
    process.execPath,
    ["--conditions=larder-source", "--import", "tsx", fileURLToPath(child), cache, log, "n17"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  try {
    await said(holder, "holding");
    const others = Array.from({ length: 2 }, () => runChild(child, cache, log));
    // Everything that does not need the held node is done by one of them; then all that is left is to wait for it.
    holder.kill("SIGKILL");
    const seen = await finished(others);
    for (const { warnings } of seen) expect(warnings).toEqual([]);
    expect(seen[0].outputs).toEqual(seen[1].outputs);
    const runs = await runsOf(log);
    expect(runs.get("n17")).toHaveLength(2);
    expect(runs.get("n17")![0]).toBe(String(holder.pid));
    const twice = [...runs].filter(([, pids]) => pids.length > 1);
    // What else was under way in the killed process, or not on disk yet, was made again; nothing a second time by those who lived.
    for (const [, pids] of twice) expect(pids.filter((pid) => pid !== String(holder.pid))).toHaveLength(1);
    expect(runs.size).toBe(nodeCount);
  } finally {
    holder.kill("SIGKILL");
  }
}, 120_000);

function said(process: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout!.on("data", (data) => {
      if (String(data).includes(word)) resolve();
    });
    process.on("exit", () => reject(new Error("The process ended too early.")));
  });
}
