import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ids, openStore } from "./support/open-store.js";

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly lines: number;
}

/** Runs the program; with `killAfter`, kills it once it has said so many lines. */
function appendRows(
  directory: string,
  first: number,
  batches: number,
  size: number,
  killAfter?: number,
): Promise<Ended> {
  const file = fileURLToPath(new URL("./programs/append-rows.ts", import.meta.url));
  const args = ["--conditions=larder-source", "--import", "tsx", file, directory, first, batches, size].map(String);
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let lines = 0;
  child.stdout.on("data", (text: Buffer) => {
    lines += text.toString().split("\n").length - 1;
    if (killAfter !== undefined && lines >= killAfter) child.kill("SIGKILL");
  });
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, lines })));
}

test("two processes that store at the same time keep what both stored, and merge it meanwhile", async () => {
  const { directory, store } = openStore({ clock: { now: () => Date.now(), monotonic: () => performance.now() } });
  const size = 50;
  const batches = 12;
  const ended = await Promise.all([0, size * batches].map((first) => appendRows(directory, first, batches, size)));
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  const dataset = await store.openDataset("s.t");
  const snapshot = await dataset.snapshot();
  const all = BigInt64Array.from({ length: 2 * size * batches }, (_, i) => BigInt(i));
  expect(snapshot.coverage(all, ["a"]).missing).toEqual(ids());
  const table = await snapshot.read(all, ["a"]);
  expect([...table.getChild("a")!.toArray()]).toEqual(Array.from(all, (id) => Number(id) / 2));
  expect((await dataset.statistics()).parts).toBeLessThan(2 * batches);
}, 120_000);

test("a process that is killed while it stores leaves all that it said it had stored", async () => {
  const { directory, store } = openStore({ clock: { now: () => Date.now(), monotonic: () => performance.now() } });
  const size = 20;
  const ended = await appendRows(directory, 0, 1000, size, 12);
  expect(ended.signal).toBe("SIGKILL");
  const dataset = await store.openDataset("s.t");
  const snapshot = await dataset.snapshot();
  const told = BigInt64Array.from({ length: ended.lines * size }, (_, i) => BigInt(i));
  expect(snapshot.coverage(told, ["a"]).missing).toEqual(ids());
  const { rows } = await dataset.statistics();
  expect(rows % size).toBe(0);
  const stored = BigInt64Array.from({ length: rows }, (_, i) => BigInt(i));
  const table = await snapshot.read(stored, ["a"]);
  expect([...table.getChild("a")!.toArray()]).toEqual(Array.from(stored, (id) => Number(id) / 2));
}, 120_000);
