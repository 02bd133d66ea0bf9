import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { readManifest } from "../../../src/manifest/read-manifest.js";
import { openRemote } from "../../../src/remote/open-remote.js";

const writers = 6;
const itemsEach = 25;
const root = mkdtempSync(join(tmpdir(), "larder-writers-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a writer in a process of its own; resolves to what it said on stderr and its exit code. */
function startWriter(folder: string, writer: number): Promise<{ code: number | null; stderr: string }> {
  const program = fileURLToPath(new URL("./add-items.child.ts", import.meta.url));
  const args = ["--conditions=larder-source", "--import", "tsx", program, folder, String(writer), String(itemsEach)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (data) => (stderr += data));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

it(`${writers} processes that add ${itemsEach} items each to one bundle lose none`, async () => {
  const folder = join(root, "bundle");
  const outcomes = await Promise.all(Array.from({ length: writers }, (_, writer) => startWriter(folder, writer)));
  expect(outcomes).toEqual(outcomes.map(() => ({ code: 0, stderr: "" })));
  const read = await readManifest(await openRemote(folder));
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  expect(read.manifest.items.size).toBe(writers * itemsEach);
  for (const { file } of read.manifest.items.values()) expect(existsSync(join(folder, file!))).toBe(true);
});
