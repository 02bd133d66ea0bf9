import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { checksumOfBytes } from "../../../src/manifest/checksum-hasher.js";
import { readManifest } from "../../../src/manifest/read-manifest.js";
import { openRemote } from "../../../src/remote/open-remote.js";
import { addItem } from "../../../src/writing/add-item.js";
import { writingParts } from "../writing-parts.js";

const root = mkdtempSync(join(tmpdir(), "larder-killed-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function startWriter(folder: string, writer: number): ChildProcess {
  const program = fileURLToPath(new URL("./add-items.child.ts", import.meta.url));
  const args = ["--conditions=larder-source", "--import", "tsx", program, folder, String(writer), "100000"];
  return spawn(process.execPath, args, { stdio: "ignore" });
}

/** Resolves when the manifest lists so many items; what is looked at is the bundle, not the time. */
async function untilItems(folder: string, count: number): Promise<void> {
  const remote = await openRemote(folder);
  for (;;) {
    const read = await readManifest(remote);
    if (read !== undefined && read !== "unchanged" && read.manifest.items.size >= count) return;
    await new Promise(setImmediate);
  }
}

it("after writers were killed at any moment, each item listed is whole, and the next writer goes on", async () => {
  for (let round = 0; round < 4; round++) {
    const folder = join(root, String(round));
    const writers = [0, 1].map((writer) => startWriter(folder, writer));
    const gone = writers.map((writer) => new Promise((resolve) => writer.on("exit", resolve)));
    await untilItems(folder, 3 + 5 * round);
    for (const writer of writers) writer.kill("SIGKILL");
    await Promise.all(gone);
    const parts = await writingParts(await openRemote(folder));
    await addItem(parts, "after", "text");
    const read = await readManifest(parts.remote);
    if (read === undefined || read === "unchanged") throw new Error("no manifest");
    expect(read.manifest.items.has("after")).toBe(true);
    for (const { file, checksum } of read.manifest.items.values()) {
      expect(existsSync(join(folder, file!))).toBe(true);
      expect(await checksumOfBytes("sha256", readFileSync(join(folder, file!)))).toBe(checksum);
    }
    await parts.close();
  }
});
