import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { describe, expect, test } from "vitest";
import { isAsLeft } from "../../src/index-stamp.js";
import { ownedFileName } from "../../src/owned-file-name.js";
import { startProgram } from "../run-program.js";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

/** A closed cache with damage that only a thorough look finds: what the headers and the stamp say still holds. */
async function damagedInside(directory: string): Promise<void> {
  const index = join(directory, "index.lmdb");
  const { atime, mtime } = statSync(index);
  const bytes = readFileSync(index);
  for (let at = 8192; at < bytes.byteLength; at += 4096) {
    // Number of the page, then its flags at byte 18: 2 for leaves.
    if (bytes.readBigUInt64LE(at) === BigInt(at / 4096) && bytes.readUInt16LE(at + 18) === 2)
      bytes.writeBigUInt64LE(1_000_000n, at);
  }
  writeFileSync(index, bytes);
  utimesSync(index, atime, mtime);
  // Times are kept finer than they can be set.
  const stamp = join(directory, "index.closed");
  const closed = JSON.parse(readFileSync(stamp, "utf8")) as object;
  writeFileSync(stamp, JSON.stringify({ ...closed, modifiedMs: statSync(index).mtimeMs }));
  expect(isAsLeft(directory)).toBe(true);
}

async function filled(): Promise<string> {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.setBlob("large", await sampleBlob(sampleBytes(100_000, 1)));
  for (let i = 0; i < 50; i++) await backend.setBlob(`small ${i}`, await sampleBlob(sampleBytes(500, i)));
  await backend.close();
  return directory;
}

async function warningsOfOpening(directory: string): Promise<string[]> {
  const warnings: string[] = [];
  const backend = new LmdbBackend({
    directory,
    onEvent: (event) => event.type === "warning" && warnings.push(event.code),
  });
  expect(await readBytes(backend, "large")).toEqual(sampleBytes(100_000, 1));
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
  return warnings;
}

describe("the index is looked over as a whole", () => {
  test("when a process died while it opened it", async (ctx) => {
    try {
      execFileSync("strace", ["-V"], { stdio: "ignore" });
    } catch {
      return ctx.skip("needs strace, to kill a process in the middle of opening");
    }
    const directory = await filled();
    // LMDB has just opened the index when its rights are set.
    const { signal, code } = await startProgram("read-keys", [directory, "large"], {
      wrapper: ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=chmod", "-e", "inject=chmod:signal=SIGKILL"],
    }).ended;
    expect(signal === "SIGKILL" || code === 137).toBe(true);
    expect(readdirSync(join(directory, "tmp")).some((name) => name.endsWith(".running"))).toBe(true);
    await damagedInside(directory);
    expect(await warningsOfOpening(directory)).toEqual(["index-quarantined", "index-rebuilt"]);
  }, 30_000);

  test("when it was open as the machine went down", async () => {
    const directory = await filled();
    const ofLastBoot = ownedFileName(".running").replace(/^([0-9a-f]{8})-[0-9a-f]{8}/, "$1-00000000");
    writeFileSync(join(directory, "tmp", ofLastBoot), "0");
    await damagedInside(directory);
    expect(await warningsOfOpening(directory)).toEqual(["index-quarantined", "index-rebuilt"]);
  });
});
