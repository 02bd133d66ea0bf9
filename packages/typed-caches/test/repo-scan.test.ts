import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { Cache } from "@larder/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type RepoScan, type RepoScanRequest, repoScanCache, repositoryOfRoot, sha256OfBytes } from "../src/index.js";
import { diskCache, onBothCaches, temporaryDirectory } from "./both-caches.js";

let root: string;
afterEach(() => {
  vi.useRealTimers();
});
beforeEach(async () => {
  root = await temporaryDirectory();
});

/** Writes files, as if long ago. */
function write(files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    utimesSync(join(root, path), 1_000_000_000, 1_000_000_000);
  }
}

function git(...args: string[]): void {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"];
  execFileSync("git", [...who, ...args], { cwd: root, stdio: "pipe" });
}

function pathsOf(scan: RepoScan): string[] {
  return scan.files.map(({ path }) => path);
}

/** Every digest is that of what is there now, whatever the cache knew. */
function checkDigests(scan: RepoScan): void {
  for (const { path, sha256, size } of scan.files) {
    const content = readFileSync(join(scan.root, path));
    expect([path, sha256, size]).toEqual([path, sha256OfBytes(content), content.length]);
  }
}

function scanner(cache: Cache) {
  const scans = repoScanCache({ cache });
  return async (request: Partial<RepoScanRequest> = {}) => {
    const scan = await scans.scan({ root, ...request });
    checkDigests({ ...scan, files: request.hash === false ? [] : scan.files });
    return scan;
  };
}

onBothCaches("a scan of a directory", (open) => {
  it("lists files by the bytes of their paths, narrowed by globs", async () => {
    write({
      "b.ts": "b",
      "a/x.ts": "x",
      "a.ts": "a",
      "a/y.js": "y",
      ".hidden/z.ts": "z",
      "node_modules/m/i.ts": "i",
      "Z.ts": "Z",
    });
    const scan = scanner(await open());
    expect(pathsOf(await scan())).toEqual([
      ".hidden/z.ts",
      "Z.ts",
      "a.ts",
      "a/x.ts",
      "a/y.js",
      "b.ts",
      "node_modules/m/i.ts",
    ]);
    expect(pathsOf(await scan({ include: ["**/*.ts"], exclude: ["**/node_modules/**"] }))).toEqual([
      ".hidden/z.ts",
      "Z.ts",
      "a.ts",
      "a/x.ts",
      "b.ts",
    ]);
    expect(pathsOf(await scan({ include: ["a/*.js", "node_modules/**/*.ts"], exclude: ["a/x.ts"] }))).toEqual([
      "a/y.js",
      "node_modules/m/i.ts",
    ]);
    expect(pathsOf(await scan({ exclude: ["a", ".hidden", "node_modules"] }))).toEqual(["Z.ts", "a.ts", "b.ts"]);
    expect(pathsOf(await scan({ include: ["./b.ts"] }))).toEqual(["b.ts"]);
  });

  it("reads again only what is not as it was: edits, renames, new files", async () => {
    write(Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`d${at % 3}/f${at}`, `content ${at}`])));
    const scan = scanner(await open());
    // What has just been made may still change without its times telling: it is read until it has settled.
    expect(await scan()).toMatchObject({ hashed: 30, reused: 0 });
    expect(await scan()).toMatchObject({ hashed: 30, reused: 0 });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    expect(await scan()).toMatchObject({ hashed: 30, reused: 0 });
    expect(await scan()).toMatchObject({ hashed: 0, reused: 30 });
    write({ "d0/f0": "CONTENT 0", new: "new" });
    renameSync(join(root, "d1/f1"), join(root, "d1/renamed"));
    unlinkSync(join(root, "d2/f2"));
    const after = await scan();
    expect(after).toMatchObject({ hashed: 3, reused: 27 });
    expect(pathsOf(after)).toContain("d1/renamed");
    expect(pathsOf(after)).not.toContain("d2/f2");
    expect(await scan()).toMatchObject({ hashed: 0, reused: 30 });
  });

  it("sees an edit within the same moment, of the same size", async () => {
    const scan = scanner(await open());
    for (let edit = 0; edit < 20; edit++) {
      write({ file: `content ${edit % 10}` });
      const { files } = await scan();
      expect(files[0]?.sha256).toBe(sha256OfBytes(Buffer.from(`content ${edit % 10}`)));
    }
  });

  it("follows links only when asked to, each directory once, and tells of those that lead nowhere", async () => {
    const outside = await temporaryDirectory();
    writeFileSync(join(outside, "o.ts"), "o");
    symlinkSync(outside, join(outside, "loop"));
    write({ "a/x.ts": "x" });
    symlinkSync(outside, join(root, "linked"));
    symlinkSync(join(root, "a"), join(root, "b"));
    symlinkSync(join(root, "a/x.ts"), join(root, "y.ts"));
    symlinkSync(join(root, "nothing"), join(root, "dangling"));
    symlinkSync(root, join(root, "a/up"));
    symlinkSync(dirname(root), join(root, "above"));
    const scan = scanner(await open());
    expect(pathsOf(await scan())).toEqual(["a/x.ts"]);
    const followed = await scan({ followSymlinks: true });
    expect(pathsOf(followed)).toEqual(["a/x.ts", "linked/o.ts", "y.ts"]);
    expect(followed.problems).toMatchObject([{ path: "dangling", code: "ENOENT" }]);
  });

  it("tells of files that can't be read, and goes on", async (ctx) => {
    if (process.platform !== "linux") ctx.skip("needs /proc/self/mem, a file that can't be read by anybody");
    write({ a: "a" });
    symlinkSync("/proc/self/mem", join(root, "unreadable"));
    writeFileSync(Buffer.concat([Buffer.from(join(root, "bad-")), Buffer.from([0xff])]), "not UTF-8");
    const { files, problems } = await repoScanCache({ cache: await open() }).scan({ root, followSymlinks: true });
    expect(files.map(({ path, sha256 }) => [path, sha256 !== undefined])).toEqual([
      ["a", true],
      ["unreadable", false],
    ]);
    expect(problems.map(({ path, code }) => [path, code]).sort()).toEqual([
      ["bad-\ufffd", "invalid-name"],
      ["unreadable", "EIO"],
    ]);
  });

  it("forgets the scans of a root, and gives rows as a table", async () => {
    write({ a: "1", b: "22" });
    const cache = await open();
    const scans = repoScanCache({ cache });
    const scan = await scans.scan({ root });
    await scans.scan({ root, hash: false });
    expect(scan.repository).toBe(repositoryOfRoot(scan.root));
    const table = await scan.toTable();
    expect(table.toArray().map((row) => row?.toJSON())).toEqual(
      scan.files.map(({ path, size, mtimeMs, sha256 }) => ({
        path,
        size: BigInt(size),
        mtimeMs,
        sha256,
        gitStatus: null,
      })),
    );
    expect(await scans.repositoryChanged(root)).toBe(2);
    expect(await scans.repositoryChanged(root)).toBe(0);
    await expect(scans.scan({ root: join(root, "a") })).rejects.toMatchObject({ code: "not-a-directory" });
    await expect(scans.scan({ root: join(root, "z") })).rejects.toMatchObject({ code: "not-a-directory" });
    for (const wrong of ["!a", "/a", "", 5]) {
      await expect(scans.scan({ root, include: [wrong as string] })).rejects.toMatchObject({ code: "invalid-option" });
    }
    expect(pathsOf(await scans.scan({ root, include: ["!(b)"] }))).toEqual(["a"]);
  });
});

describe("a scan of a work tree", () => {
  it("lists what git tracks or would, with what is not as in HEAD", async () => {
    write({
      ".gitignore": "ignored\nnode_modules\n",
      "a.ts": "a",
      "d/b.ts": "b",
      "c.ts": "c",
      ignored: "i",
      "node_modules/m/x.d.ts": "x",
      "node_modules/m/x.js": "j",
    });
    const scan = scanner(await diskCache());
    git("init");
    expect(await scan()).toMatchObject({ head: undefined });
    git("add", ".");
    git("commit", "-m", "first");
    const clean = await scan();
    expect(clean.head).toMatch(/^[0-9a-f]{40}$/);
    expect(pathsOf(clean)).toEqual([".gitignore", "a.ts", "c.ts", "d/b.ts"]);
    // Of another size: of an edit within the same second git may see no more than that.
    write({ "a.ts": "AA", "new name.ts": "n" });
    unlinkSync(join(root, "c.ts"));
    git("add", "new name.ts");
    write({ "untracked.ts": "u" });
    const dirty = await scan();
    expect(dirty.files.map(({ path, gitStatus }) => [path, gitStatus])).toEqual([
      [".gitignore", undefined],
      ["a.ts", ".M"],
      ["d/b.ts", undefined],
      ["new name.ts", "A."],
      ["untracked.ts", "??"],
    ]);
    expect(pathsOf(await scan({ includeIgnored: ["node_modules/**/*.d.ts"], include: ["*.ts"] }))).toEqual([
      "a.ts",
      "new name.ts",
      "node_modules/m/x.d.ts",
      "untracked.ts",
    ]);
    expect(pathsOf(await scan({ git: false })).length).toBe(8);
    git("add", ".");
    git("commit", "-m", "second");
    const second = await scan();
    expect(second.head).not.toBe(clean.head);
    expect(second.files.every(({ gitStatus }) => gitStatus === undefined)).toBe(true);
    expect(pathsOf(await repoScanCache({ cache: await diskCache() }).scan({ root: join(root, "d") }))).toEqual([
      "b.ts",
    ]);
  });

  it("sees what changes while git lists the same", async () => {
    write({ "a.ts": "a", "b.ts": "b" });
    git("init");
    git("add", ".");
    git("commit", "-m", "first");
    git("update-index", "--assume-unchanged", "a.ts");
    const scan = scanner(await diskCache());
    await scan();
    // git has been told to see no change of it.
    write({ "a.ts": "A" });
    const after = await scan();
    expect(after.files[0]).toMatchObject({ path: "a.ts", sha256: sha256OfBytes(Buffer.from("A")) });
    rmSync(join(root, "a.ts"));
    expect(pathsOf(await scan())).toEqual(["b.ts"]);
  });

  it("lists repositories within as they list themselves", async () => {
    write({ "a.ts": "a", "inner/.gitignore": "skip\n", "inner/b.ts": "b", "inner/skip/c.ts": "c" });
    git("init");
    git("init", "inner");
    git("add", "a.ts");
    git("commit", "-m", "first");
    const scan = scanner(await diskCache());
    expect(pathsOf(await scan({ include: ["**/*.ts"] }))).toEqual(["a.ts", "inner/b.ts"]);
    write({ "inner/d.ts": "d" });
    expect(pathsOf(await scan({ include: ["**/*.ts"] }))).toEqual(["a.ts", "inner/b.ts", "inner/d.ts"]);
  });

  it("tells which repository within git can't list, and lists all of it", async () => {
    write({ "a.ts": "a", "inner/.gitignore": "skip\n", "inner/b.ts": "b", "inner/skip/c.ts": "c" });
    git("init");
    git("init", "inner");
    git("add", "a.ts");
    git("commit", "-m", "first");
    write({ "inner/.git/index": "no index" });
    const { files, problems } = await repoScanCache({ cache: await diskCache() }).scan({ root, include: ["**/*.ts"] });
    expect(files.map(({ path }) => path)).toEqual(["a.ts", "inner/b.ts", "inner/skip/c.ts"]);
    expect(problems).toMatchObject([{ path: "inner", code: "git-failed" }]);
  });

  it("does not look behind a link that took the place of a tracked directory", async () => {
    const outside = await temporaryDirectory();
    writeFileSync(join(outside, "x.ts"), "secret");
    write({ "a.ts": "a", "d/x.ts": "x" });
    git("init");
    git("add", ".");
    git("commit", "-m", "first");
    const scan = scanner(await diskCache());
    expect(pathsOf(await scan())).toEqual(["a.ts", "d/x.ts"]);
    rmSync(join(root, "d"), { recursive: true });
    symlinkSync(outside, join(root, "d"));
    expect(pathsOf(await scan())).toEqual(["a.ts"]);
  });

  it("walks a directory that is ignored itself, and one that is in no work tree", async () => {
    write({ ".gitignore": "out\n", "out/a.ts": "a", "out/d/b.ts": "b" });
    git("init");
    const scan = scanner(await diskCache());
    expect(pathsOf(await scan({ root: join(root, "out") }))).toEqual(["a.ts", "d/b.ts"]);
  });
});
