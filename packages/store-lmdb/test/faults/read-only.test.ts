import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

async function filled(): Promise<string> {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.setBlob("key", await sampleBlob(sampleBytes(100_000, 1)));
  await backend.close();
  return directory;
}

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const refused = {
  read: expect.stringMatching(/^permission-denied: .*reading it needs that too/),
  stored: expect.stringMatching(/^permission-denied: /),
  warnings: [],
};

test("a cache on a read-only file system is refused by name, and nothing breaks", async (ctx) => {
  const directory = await filled();
  const mount = join(dirname(directory), "read-only");
  mkdirSync(mount);
  if (!succeeds("mount", ["--bind", dirname(directory), mount])) return ctx.skip("needs the right to mount");
  try {
    execFileSync("mount", ["-o", "remount,bind,ro", mount]);
    const before = readdirSync(directory, { recursive: true }).sort();
    expect(JSON.parse((await runProgram("use-once", [join(mount, "cache")])).at(-1)!)).toEqual(refused);
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual(before);
  } finally {
    execFileSync("umount", [mount]);
  }
  const output = await runProgram("use-once", [directory]);
  expect(JSON.parse(output.at(-1)!)).toEqual({ read: 100_000, stored: 50, warnings: [] });
}, 30_000);

test("a cache whose owner may not write to it is refused by name, and nothing breaks", async (ctx) => {
  if (process.getuid?.() !== 0) return ctx.skip("needs root, to become another user");
  const directory = await filled();
  execFileSync("chown", ["-R", "65534:65534", dirname(directory)]);
  execFileSync("chmod", ["-R", "a-w", directory]);
  // Another user altogether: root may write anywhere.
  const output = await runProgram("use-once", [directory], {
    wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"],
  });
  expect(JSON.parse(output.at(-1)!)).toEqual(refused);
}, 30_000);
