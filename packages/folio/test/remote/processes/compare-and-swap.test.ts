import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

const file = fileURLToPath(new URL("./increase.child.ts", import.meta.url));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-swap-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

function increase(times: number, onLine?: (lines: number) => void): Running {
  const child = spawn(process.execPath, ["--conditions=larder-source", "--import", "tsx", file, folder, String(times)]);
  const lines: string[] = [];
  let [rest, errors] = ["", ""];
  child.stdout.on("data", (data: Buffer) => {
    const parts = (rest + data).split("\n");
    rest = parts.pop()!;
    for (const line of parts) lines.push(line);
    onLine?.(lines.length);
  });
  child.stderr.on("data", (data: Buffer) => {
    errors += data;
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, errors }));
  });
  return { child, lines, ended };
}

test("four processes that change one file by compare and swap lose no change", async () => {
  const running = Array.from({ length: 4 }, () => increase(50));
  for (const { ended } of running) expect(await ended).toEqual({ code: 0, errors: "" });
  expect(await readFile(join(folder, "count"), "utf8")).toBe("00000200");
  const written = running.flatMap(({ lines }) => lines.filter((line) => /^\d{8}$/.test(line)));
  expect(new Set(written).size).toBe(200);
  const conflicts = running.map(({ lines }) => Number(/^conflicts (\d+)$/.exec(lines.at(-1)!)![1]));
  // They did meet.
  expect(conflicts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  expect(await readdir(join(folder, ".larder"))).toEqual([]);
}, 120_000);

test("processes that are killed while they write keep no lock, lose nothing they were told is written, and leave no half", async () => {
  const others = [increase(120), increase(120)];
  let acknowledged = 0;
  for (let kill = 0; kill < 6; kill++) {
    const after = 3 + kill * 2;
    const victim = increase(1_000_000, (lines) => {
      if (lines >= after) victim.child.kill("SIGKILL");
    });
    await victim.ended;
    acknowledged += victim.lines.filter((line) => /^\d{8}$/.test(line)).length;
  }
  for (const { ended } of others) expect(await ended).toEqual({ code: 0, errors: "" });
  const count = Number(await readFile(join(folder, "count"), "utf8"));
  expect(count).toBeGreaterThanOrEqual(240 + acknowledged);
  // Of each that was killed, one write may have been done and not told.
  expect(count).toBeLessThanOrEqual(240 + acknowledged + 6);
}, 120_000);
