import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { afterEach, describe, expect, test } from "vitest";
import { announcePresence } from "../src/presence.js";
import { runProgram } from "./run-program.js";
import { readBytes, sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

const opened: LmdbBackend[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

function open(directory: string, warnings: string[] = []): LmdbBackend {
  const backend = new LmdbBackend({
    directory,
    onEvent: (event) => event.type === "warning" && warnings.push(event.code),
  });
  opened.push(backend);
  return backend;
}

function withCode(code: string): (error: unknown) => boolean {
  return (error) => LarderError.isInstance(error, code);
}

describe("a new cache directory", () => {
  test("is made with everything in it, for this user alone", async () => {
    const directory = cacheDirectory();
    const backend = open(directory);
    expect(existsSync(directory)).toBe(false);
    await backend.setBlob("key", await sampleBlob(sampleBytes(10, 1)));
    expect(readdirSync(directory).sort()).toEqual([
      ".gitignore",
      "CACHEDIR.TAG",
      "blobs",
      "index.lmdb",
      "index.lmdb-lock",
      "journal",
      "larder.json",
      "quarantine",
      "tables",
      "tmp",
    ]);
    for (const name of readdirSync(directory)) {
      const stats = statSync(join(directory, name));
      expect(`${name} ${(stats.mode & 0o777).toString(8)}`).toBe(`${name} ${stats.isDirectory() ? "700" : "600"}`);
    }
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(directory, "CACHEDIR.TAG"), "utf8")).toMatch(
      /^Signature: 8a477f597d28d172789f06886806bc55\n/,
    );
    expect(readFileSync(join(directory, ".gitignore"), "utf8")).toBe("*\n");
    const { format, created } = JSON.parse(readFileSync(join(directory, "larder.json"), "utf8"));
    expect(format).toBe(2);
    expect(Date.parse(created)).toBeGreaterThan(0);
  });

  test("may be an empty one that is there, or lie below others that are not", async () => {
    const directory = cacheDirectory();
    mkdirSync(directory);
    await open(directory).setBlob("key", await sampleBlob(sampleBytes(10, 1)));
    await open(join(cacheDirectory(), "a", "b")).setBlob("key", await sampleBlob(sampleBytes(10, 1)));
  });

  test("is one directory, whatever path leads to it", async () => {
    const directory = cacheDirectory();
    await open(directory).setBlob("key", await sampleBlob(sampleBytes(10, 1)));
    symlinkSync(directory, `${directory}-link`);
    const other = open(`${directory}-link`);
    expect(await readBytes(other, "key")).toEqual(sampleBytes(10, 1));
    await other.setBlob("other", await sampleBlob(sampleBytes(20, 2)));
    expect(await readBytes(opened[0]!, "other")).toEqual(sampleBytes(20, 2));
  });
});

describe("a directory that can't be used", () => {
  test("is refused when it is a file, or below one", async () => {
    const directory = cacheDirectory();
    writeFileSync(directory, "");
    await expect(open(directory).getBlob("key")).rejects.toSatisfy(withCode("not-a-directory"));
    await expect(open(join(directory, "below")).getBlob("key")).rejects.toSatisfy(withCode("not-a-directory"));
    expect(readFileSync(directory, "utf8")).toBe("");
  });

  test("is refused when it holds what is not Larder's, and nothing is written there", async () => {
    const directory = cacheDirectory();
    mkdirSync(directory);
    writeFileSync(join(directory, "thesis.txt"), "");
    await expect(open(directory).getBlob("key")).rejects.toSatisfy(withCode("not-a-cache-directory"));
    expect(readdirSync(directory)).toEqual(["thesis.txt"]);
  });

  test("is refused when anyone may write to it", async () => {
    const directory = cacheDirectory();
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    await expect(open(directory).getBlob("key")).rejects.toSatisfy(withCode("unsafe-directory"));
    chmodSync(directory, 0o700);
    expect(await opened[0]!.getBlob("key")).toBeUndefined();
  });

  test("is refused when it belongs to someone else", async () => {
    let directory = "/"; // root's, where this is not run by root
    if (process.getuid?.() === 0) {
      directory = cacheDirectory();
      mkdirSync(directory);
      chownSync(directory, 65_534, 65_534);
    }
    await expect(open(directory).getBlob("key")).rejects.toSatisfy(withCode("unsafe-directory"));
  });

  test("is refused when a newer version wrote it, and left as it is", async () => {
    const directory = cacheDirectory();
    await open(directory).setBlob("key", await sampleBlob(sampleBytes(10, 1)));
    await opened.pop()!.close();
    writeFileSync(join(directory, "larder.json"), '{"format":3}');
    const before = readdirSync(directory, { recursive: true }).sort();
    await expect(open(directory).setBlob("key", await sampleBlob(sampleBytes(20, 1)))).rejects.toSatisfy(
      withCode("newer-format"),
    );
    await expect(open(directory).clear()).rejects.toThrow("Update Larder");
    expect(readFileSync(join(directory, "larder.json"), "utf8")).toBe('{"format":3}');
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual(before);
  });
});

describe("a directory of an older format", () => {
  async function older(): Promise<string> {
    const directory = cacheDirectory();
    await open(directory).setBlob("large", await sampleBlob(sampleBytes(100_000, 1)));
    await opened.pop()!.close();
    writeFileSync(join(directory, "larder.json"), '{"format":1,"created":"2026-01-01T00:00:00.000Z","shards":1}');
    rmSync(join(directory, "journal"), { recursive: true });
    return directory;
  }

  test("is begun anew with a warning; its files are left, for check to name and clear to free", async () => {
    const directory = await older();
    const warnings: string[] = [];
    const backend = open(directory, warnings);
    expect(await backend.getBlob("large")).toBeUndefined();
    expect(warnings).toEqual(["older-format"]);
    expect(JSON.parse(readFileSync(join(directory, "larder.json"), "utf8"))).toEqual({
      format: 2,
      created: "2026-01-01T00:00:00.000Z",
      shards: 1,
    });
    expect((await backend.check()).problems.map(({ kind }) => kind)).toContain("file-without-row");
    await backend.setBlob("large", await sampleBlob(sampleBytes(100_000, 1)));
    expect(await readBytes(backend, "large")).toEqual(sampleBytes(100_000, 1));
    await backend.clear();
    expect(
      readdirSync(join(directory, "blobs"), { recursive: true, withFileTypes: true }).filter((one) => one.isFile()),
    ).toEqual([]);
  });

  test("is refused while someone has it open, and left as it is", async () => {
    const directory = await older();
    const user = announcePresence(directory);
    await expect(open(directory).getBlob("large")).rejects.toSatisfy(withCode("older-format"));
    expect(readFileSync(join(directory, "larder.json"), "utf8")).toContain('"format":1');
    expect(readdirSync(join(directory, "quarantine"))).toEqual([]);
    user.leave();
    expect(await open(directory).getBlob("large")).toBeUndefined();
  });
});

describe("a directory that was left behind", () => {
  test("is opened again when its larder.json was damaged, keeping what it holds", async () => {
    const directory = cacheDirectory();
    await open(directory).setBlob("key", await sampleBlob(sampleBytes(10, 1)));
    await opened.pop()!.close();
    writeFileSync(join(directory, "larder.json"), "{");
    const warnings: string[] = [];
    expect(await readBytes(open(directory, warnings), "key")).toEqual(sampleBytes(10, 1));
    expect(warnings).toEqual(["damaged-directory"]);
  });

  test("is swept of what dead processes left in tmp/, and of nothing else", async () => {
    const directory = cacheDirectory();
    await runProgram("die-writing", [directory]).catch(() => undefined);
    const left = readdirSync(join(directory, "tmp"));
    expect(left.filter((name) => name.endsWith(".blob"))).toHaveLength(1);
    const living = open(directory);
    await living.getBlob("key");
    writeFileSync(join(directory, "tmp", "not ours"), "");
    const own = readdirSync(join(directory, "tmp")).filter((name) => name.endsWith(".running"));
    expect(own).toHaveLength(1);
    expect(readdirSync(join(directory, "tmp")).sort()).toEqual([...own, "not ours"].sort());
    // Another process opens the directory while this one has it open: what is ours stays.
    await runProgram("hammer", [directory, "1", "20", "3"]);
    expect(readdirSync(join(directory, "tmp")).sort()).toEqual([...own, "not ours"].sort());
    const { problems, notes } = await living.check();
    expect({ problems, notes: notes.map(({ what }) => what) }).toEqual({ problems: [], notes: ["tmp/not ours"] });
  });

  test("is begun anew when it is deleted while it is open", async () => {
    const directory = cacheDirectory();
    const backend = open(directory);
    await backend.setBlob("small", await sampleBlob(sampleBytes(10, 1)));
    await backend.setBlob("large", await sampleBlob(sampleBytes(100_000, 1)));
    rmSync(directory, { recursive: true });
    await Promise.all([
      backend.setBlob("small", await sampleBlob(sampleBytes(20, 2))),
      backend.setBlob("large", await sampleBlob(sampleBytes(200_000, 2))),
    ]);
    const output = await runProgram("read-keys", [directory, "small", "large"]);
    expect(JSON.parse(output[0]!)).toEqual({ small: 20, large: 200_000 });
    expect((await backend.check()).problems).toEqual([]);
  });
});

describe("an index that is not as it was left", () => {
  async function written(): Promise<string> {
    const directory = cacheDirectory();
    const backend = open(directory);
    for (let i = 0; i < 50; i++) await backend.setBlob(`key ${i}`, await sampleBlob(sampleBytes(500, i)));
    await opened.pop()!.close();
    return directory;
  }

  test("is used as it is when it is sound, whatever its times say", async () => {
    const directory = await written();
    execFileSync("touch", [join(directory, "index.lmdb")]);
    const warnings: string[] = [];
    expect(await readBytes(open(directory, warnings), "key 7")).toEqual(sampleBytes(500, 7));
    expect(warnings).toEqual([]);
  });

  test("is put away with a warning when it is damaged, and a new one is begun", async () => {
    const directory = await written();
    writeFileSync(join(directory, "index.lmdb"), readFileSync(join(directory, "index.lmdb")).fill(0, 0, 100));
    const warnings: string[] = [];
    const backend = open(directory, warnings);
    expect(await backend.getBlob("key 7")).toBeUndefined();
    expect(warnings).toEqual(["index-quarantined", "index-rebuilt"]);
    expect(readdirSync(join(directory, "quarantine")).some((name) => name.startsWith("index.lmdb."))).toBe(true);
    await backend.setBlob("key 7", await sampleBlob(sampleBytes(500, 7)));
    expect(await readBytes(backend, "key 7")).toEqual(sampleBytes(500, 7));
  });

  test("is rebuilt from the journal when it was taken away", async () => {
    const directory = await written();
    await open(directory).setBlob("large", await sampleBlob(sampleBytes(100_000, 1)));
    await opened.pop()!.close();
    renameSync(join(directory, "index.lmdb"), join(dirname(directory), "taken"));
    const warnings: string[] = [];
    const backend = open(directory, warnings);
    expect(await readBytes(backend, "large")).toEqual(sampleBytes(100_000, 1));
    expect(await backend.getBlob("key 7")).toBeUndefined();
    expect(warnings).toEqual(["index-rebuilt"]);
    expect((await backend.check()).problems).toEqual([]);
  });

  test("begins anew when it was taken away with its journal; the files it knew are named by check and freed by clear", async () => {
    const directory = await written();
    await open(directory).setBlob("large", await sampleBlob(sampleBytes(100_000, 1)));
    await opened.pop()!.close();
    renameSync(join(directory, "index.lmdb"), join(dirname(directory), "taken"));
    rmSync(join(directory, "journal"), { recursive: true });
    const backend = open(directory);
    expect(await backend.getBlob("large")).toBeUndefined();
    expect((await backend.check()).problems.map(({ kind }) => kind)).toEqual(["file-without-row"]);
    await backend.clear();
    expect((await backend.check()).problems).toEqual([]);
  });
});

test("options out of range are refused at once", () => {
  expect(() => new LmdbBackend({ directory: "x", inlineLimitBytes: -1 })).toThrow(RangeError);
  expect(() => new LmdbBackend({ directory: "x", inlineLimitBytes: 2 ** 21 })).toThrow(RangeError);
  expect(() => new LmdbBackend({ directory: "x", durability: "none" as "power" })).toThrow("durability");
});

test("a backend that was closed opens again when it is used, and closing twice does nothing", async () => {
  const backend = open(cacheDirectory());
  await backend.close();
  for (let i = 0; i < 3; i++) {
    await backend.setBlob("key", await sampleBlob(sampleBytes(100_000, i)));
    await Promise.all([backend.close(), backend.close()]);
    expect(await readBytes(backend, "key")).toEqual(sampleBytes(100_000, i));
  }
});

test("a write under way ends well although the backend is closed", async () => {
  const backend = open(cacheDirectory());
  const writes = await Promise.all([10, 100_000, 3_000_000].map((size) => sampleBlob(sampleBytes(size, 1))));
  await backend.getBlob("any");
  const writing = writes.map((blob, i) => backend.setBlob(`key ${i}`, blob));
  await backend.close();
  await Promise.all(writing);
  for (const [i, { bytes }] of writes.entries())
    expect(Buffer.compare((await readBytes(backend, `key ${i}`))!, bytes)).toBe(0);
});

test("with durability 'power' everything is stored as well", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory(), durability: "power" });
  opened.push(backend);
  for (const size of [10, 100_000, 3_000_000]) {
    await backend.setBlob("key", await sampleBlob(sampleBytes(size, 1)));
    expect(Buffer.compare((await readBytes(backend, "key"))!, sampleBytes(size, 1))).toBe(0);
  }
});
