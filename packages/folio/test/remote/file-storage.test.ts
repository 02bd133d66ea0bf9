import { execFileSync } from "node:child_process";
import type { BigIntStats } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { currentProcess, uniqueNameOfProcess } from "@larder/core";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listed } from "../../src/conformance/listed.js";
import { openRemote, type RemoteRead, type RemoteStorage } from "../../src/index.js";
import { fileFailure } from "../../src/remote/file/file-failure.js";
import { laterTime } from "../../src/remote/file/file-version.js";
import { withWriteLock } from "../../src/remote/file/write-lock.js";

let parent: string;
let folder: string;
let storage: Required<RemoteStorage>;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "larder-file-"));
  folder = join(parent, "bundle");
  storage = (await openRemote(folder)) as Required<RemoteStorage>;
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const bytes = Buffer.from("0123456789");

async function text(read: RemoteRead): Promise<string> {
  if (read.status !== "found") return read.status;
  const pieces: Uint8Array[] = [];
  for await (const piece of read.body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test("a bundle that is not there is empty, and reading makes nothing", async () => {
  expect(await storage.head("data")).toBeUndefined();
  expect(await storage.read("data")).toEqual({ status: "absent" });
  expect(await storage.delete("data")).toBe(false);
  expect(await listed(storage)).toEqual([]);
  expect(await readdir(parent)).toEqual([]);
});

test("a link that leads out of the bundle is refused, however it does", async () => {
  await writeFile(join(parent, "secret"), "hunter2");
  await mkdir(join(parent, "secrets"));
  await writeFile(join(parent, "secrets", "one"), "hunter2");
  await storage.write("data", { bytes });
  await symlink(join(parent, "secret"), join(folder, "absolute"));
  await symlink("../secret", join(folder, "relative"));
  await symlink("../secrets", join(folder, "folder"));
  await symlink("absolute", join(folder, "twice"));
  for (const path of ["absolute", "relative", "folder/one", "twice"]) {
    await expect(storage.read(path), path).rejects.toMatchObject({ code: "remote-refused" });
    await expect(storage.head(path), path).rejects.toMatchObject({ code: "remote-refused" });
    await expect(storage.write(path, { bytes }), path).rejects.toMatchObject({ code: "remote-refused" });
    await expect(storage.delete(path), path).rejects.toMatchObject({ code: "remote-refused" });
  }
  await expect(storage.write("folder/new", { bytes })).rejects.toMatchObject({ code: "remote-refused" });
  await expect(storage.write("folder/deep/new", { bytes })).rejects.toMatchObject({ code: "remote-refused" });
  expect(await readdir(join(parent, "secrets"))).toEqual(["one"]);
  expect(await readFile(join(parent, "secret"), "utf8")).toBe("hunter2");
  expect((await listed(storage)).map(({ path }) => path)).toEqual(["data"]);
});

test("links within the bundle, and a bundle that is a link, are read", async () => {
  await storage.write("items/data", { bytes });
  await symlink("items/data", join(folder, "link"));
  await symlink("items", join(folder, "folder"));
  await symlink(folder, join(parent, "alias"));
  const alias = await openRemote(join(parent, "alias"));
  for (const path of ["link", "folder/data"]) expect(await text(await alias.read(path))).toBe("0123456789");
  await alias.write!("more", { bytes });
  expect((await listed(storage)).map(({ path }) => path).sort()).toEqual(["items/data", "link", "more"]);
});

test("pipes and folders are not there, and nobody waits for them", async () => {
  await mkdir(join(folder, "folder"), { recursive: true });
  execFileSync("mkfifo", [join(folder, "pipe")]);
  for (const path of ["pipe", "folder"]) {
    expect(await storage.head(path)).toBeUndefined();
    expect(await storage.read(path)).toEqual({ status: "absent" });
    await expect(storage.write(path, { bytes })).rejects.toMatchObject({ code: "remote-failed" });
  }
  expect(await listed(storage)).toEqual([]);
});

test("a file changed in place while it is read, or cut short, is an error and no mixture", async () => {
  const large = Buffer.alloc(1_000_000, 1);
  for (const change of [
    () => writeFile(join(folder, "data"), Buffer.alloc(1_000_000, 2)),
    () => writeFile(join(folder, "data"), "short"),
    () => appendFile(join(folder, "data"), "more"),
  ]) {
    await storage.write("data", { bytes: large });
    // A clock that ticks every 4 ms could give both states the same time.
    await utimes(join(folder, "data"), 1000, 1000);
    const read = await storage.read("data");
    await change();
    await expect(text(read)).rejects.toMatchObject({ code: "remote-unreachable" });
  }
});

test("two hundred writes of the same length in a row have as many versions", async () => {
  const versions = new Set<string | undefined>();
  for (let i = 0; i < 200; i++) versions.add((await storage.write("data", { bytes: Buffer.from([i]) })).version);
  expect(versions.size).toBe(200);
});

test("a write that fails leaves nothing behind", async () => {
  await storage.write("data", { bytes });
  await expect(storage.write("data", { bytes }, { ifVersion: null })).rejects.toMatchObject({
    code: "remote-conflict",
  });
  await expect(storage.write("data", { file: join(parent, "not"), byteLength: 3 })).rejects.toThrow();
  await expect(storage.write("data/below", { bytes })).rejects.toMatchObject({ code: "remote-failed" });
  expect(await readdir(join(folder, ".larder"))).toEqual([]);
  expect(await text(await storage.read("data"))).toBe("0123456789");
});

test("the lock of a dead process is taken over at once, by one of many, and its half-written files are put away", async () => {
  const dead = deadProcess();
  const { version } = await storage.write("count", { bytes: Buffer.from("0") });
  const lock = await lockOf(() => storage.write("count", { bytes: Buffer.from("0") }, { ifVersion: version }));
  for (let round = 0; round < 10; round++) {
    await writeFile(join(folder, ".larder", lock), `${dead}\n${uniqueNameOfProcess()}`);
    const from = (await storage.head("count"))!.version;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, (_, i) => storage.write("count", { bytes: Buffer.from([i]) }, { ifVersion: from })),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  }
  expect(await readdir(join(folder, ".larder"))).toEqual([]);
});

test("what a killed process had begun is put away by the next storage that writes", async () => {
  const another = join(parent, "another");
  await mkdir(join(another, ".larder"), { recursive: true });
  await writeFile(join(another, ".larder", `tmp-${deadProcess()}-0123456789abcdef`), "half");
  await writeFile(join(another, ".larder", `tmp-${currentProcess()}-0123456789abcdef`), "of this process");
  const next = await openRemote(another);
  await next.write!("data", { bytes });
  expect(await readdir(join(another, ".larder"))).toEqual([`tmp-${currentProcess()}-0123456789abcdef`]);
  expect((await listed(next)).map(({ path }) => path)).toEqual(["data"]);
});

test("who takes over a dead lock looks again: the one of somebody who was faster is left to them", async () => {
  const locks = join(parent, "locks");
  await mkdir(locks);
  const [dead, faster] = [
    `${deadProcess()}\n${uniqueNameOfProcess()}`,
    `${currentProcess()}\n${uniqueNameOfProcess()}`,
  ];
  const [lock, takingOver] = [join(locks, "data.lock"), join(locks, `data.lock.${dead.slice(-16)}`)];
  await writeFile(lock, dead);
  await writeFile(takingOver, faster);
  const seen: string[] = [];
  const steps = [
    async () => {
      await writeFile(lock, faster);
      await rm(takingOver);
    },
    async () => {
      seen.push("the faster one is still at work");
      await rm(lock);
    },
  ];
  const means = {
    clock: { now: () => Date.now(), monotonic: () => 0 },
    random: () => 0,
    sleep: async () => steps.shift()!(),
  };
  const subject = { url: storage.url, path: "data", doing: "writing" } as const;
  await withWriteLock(locks, "data", means, subject, async () => void seen.push("its turn"));
  expect(seen).toEqual(["the faster one is still at work", "its turn"]);
  expect(await readdir(locks)).toEqual([]);
});

test("a file that takes the place of another has a later time, however the clock stands", () => {
  const seconds = fc.double({ min: 1.7e9, max: 1.9e9, noNaN: true });
  const property = fc.property(seconds, seconds, fc.nat(3), (now, replaced, ticks) => {
    const mtimeNs = BigInt(Math.floor((ticks === 0 ? now : replaced) * 1e6)) * 1000n;
    const time = laterTime(now * 1000, { mtimeNs } as BigIntStats);
    expect(Math.round(time * 1e6)).toBeGreaterThan(Number(mtimeNs / 1000n));
    expect(time).toBeGreaterThanOrEqual(now);
  });
  fc.assert(property, { seed: Number(process.env.LARDER_SEED ?? 20_261_127) });
});

test("a lock of another host is waited for, and taken over after a minute", async () => {
  await storage.write("data", { bytes });
  const lock = await lockOf(() => storage.write("data", { bytes }));
  const elsewhere = `00000000-${currentProcess().slice(9)}\n${uniqueNameOfProcess()}`;
  await writeFile(join(folder, ".larder", lock), elsewhere);
  let passedMs = 0;
  const clock = { now: () => Date.now() + passedMs, monotonic: () => passedMs };
  const sleep = async () => {
    passedMs += 1000;
  };
  const waiting = await openRemote(folder, { clock, sleep });
  await waiting.write!("data", { bytes: Buffer.from("after a minute") });
  expect(passedMs).toBeGreaterThan(55_000);
  expect(passedMs).toBeLessThan(65_000);
  expect(await text(await storage.read("data"))).toBe("after a minute");
});

test("a lock whose owner lives is waited for, and then it is said that somebody writes", async () => {
  await storage.write("data", { bytes });
  const lock = await lockOf(() => storage.write("data", { bytes }));
  await writeFile(join(folder, ".larder", lock), `${currentProcess()}\n${uniqueNameOfProcess()}`);
  let passedMs = 0;
  const sleep = async () => {
    passedMs += 1000;
  };
  const waiting = await openRemote(folder, { clock: { now: () => passedMs, monotonic: () => passedMs }, sleep });
  await expect(waiting.write!("data", { bytes })).rejects.toMatchObject({ code: "remote-unreachable" });
  expect(passedMs).toBeGreaterThan(89_000);
});

test("what the file system answers becomes the error of a remote", () => {
  const subject = { url: "file:///lab", path: "data", doing: "reading" } as const;
  const codes = {
    EACCES: "remote-refused",
    EROFS: "remote-read-only",
    EIO: "remote-unreachable",
    EMFILE: "remote-unreachable",
    ENOSPC: "remote-failed",
  };
  for (const [systemCode, code] of Object.entries(codes)) {
    const error = fileFailure(Object.assign(new Error("token=hunter2"), { code: systemCode }), subject);
    expect(error).toMatchObject({ code, facts: { systemCode, path: "data" } });
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).message).not.toContain("hunter2");
  }
  const own = new Error("not of the file system");
  expect(fileFailure(own, subject)).toBe(own);
});

/** The name of a process of this machine that has ended. */
function deadProcess(): string {
  const pid = Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }));
  const parts = currentProcess().split("-");
  return [...parts.slice(0, 3), pid, "1"].join("-");
}

/** The name that the lock of a write has, seen while it is held. */
async function lockOf(write: () => Promise<unknown>): Promise<string> {
  const seen = new Set<string>();
  let over = false;
  const writing = write().finally(() => {
    over = true;
  });
  while (!over) for (const name of await readdir(join(folder, ".larder"))) seen.add(name);
  await writing;
  const lock = [...seen].find((name) => name.endsWith(".lock"));
  if (lock === undefined) throw new Error("No lock was seen.");
  return lock;
}
