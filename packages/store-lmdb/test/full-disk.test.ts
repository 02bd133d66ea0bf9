import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { runProgram } from "./run-program.js";
import { cacheDirectory } from "./temporary-directory.js";

/** A file system with room for little; `undefined` where this user may not mount one. */
function smallFileSystem(): string | undefined {
  const mount = `${dirname(cacheDirectory())}/small`;
  mkdirSync(mount);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", mount], { stdio: "ignore" });
    return mount;
  } catch {
    return undefined;
  }
}

test.each([
  ["small blobs, one after the other", "4000", "1"],
  ["small blobs, many at once", "4000", "50"],
  ["large blobs, one after the other", "150000", "1"],
  ["large blobs, several at once", "150000", "4"],
])("a full disk is a typed error that loses nothing and leaves nothing: %s", async (_name, size, atOnce) => {
  const mount = smallFileSystem();
  if (mount === undefined) {
    console.warn("Not tested: mounting a small file system needs root.");
    return;
  }
  try {
    const output = await runProgram("fill-disk", [mount, size, atOnce]);
    expect(JSON.parse(output.at(-1)!)).toEqual({
      codes: ["disk-full"],
      stored: true,
      inTmp: [],
      problems: [],
      after: Number(size),
      lost: [],
    });
  } finally {
    execFileSync("umount", [mount]);
  }
});
