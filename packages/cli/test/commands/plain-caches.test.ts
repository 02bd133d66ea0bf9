import { existsSync } from "node:fs";
import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeKinds, makePlainCache } from "../harness/make-caches.js";
import { larderJson, runLarder } from "../harness/run-larder.js";
import { workingFolder } from "../harness/working-folder.js";

interface Summary {
  readonly directory: string;
  readonly type: string;
  readonly kind: string | null;
  readonly entries: number;
  readonly sizeBytes: number;
  readonly hits: number;
  readonly misses: number;
}

interface Removed {
  readonly dryRun: boolean;
  readonly items: number;
  readonly bytes: number;
}

async function entriesOf(cwd: string): Promise<readonly number[]> {
  const { caches } = await larderJson<{ caches: Summary[] }>(["cache", "stats"], { cwd });
  return caches.map(({ entries }) => entries);
}

/** The file of the only entry that is too large for the index. */
async function blobFile(directory: string): Promise<string> {
  const entries = await readdir(join(directory, "blobs"), { recursive: true, withFileTypes: true });
  const [file] = entries.filter((entry) => entry.isFile());
  return join(file!.parentPath, file!.name);
}

describe("larder cache, on caches of values and tables", () => {
  it("finds every cache of a project, and tells them apart", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    await makeKinds(cwd);
    const { caches, total } = await larderJson<{ caches: Summary[]; total: object }>(["cache", "stats"], { cwd });
    expect(
      caches.map(({ directory, ...rest }) => [directory.slice(cwd.length + 1), rest.type, rest.kind, rest.entries]),
    ).toEqual([
      [".cache/larder", "plain", null, 6],
      [".cache/larder-kinds/extract", "kind", "extract", 10],
      [".cache/larder-kinds/plan", "kind", "plan", 1],
    ]);
    expect(caches[0]).toMatchObject({ hits: 1, misses: 1, hitRate: 0.5, limitBytes: 50 * 2 ** 30 });
    expect(total).toMatchObject({ caches: 3, entries: 17 });

    const human = await runLarder(["cache", "stats"], { cwd });
    expect(human.stdout).toMatch(/^CACHE +TYPE +ENTRIES +SIZE +LIMIT/);
    expect(human.stdout).toMatch(/\.cache\/larder +plain +6 +\d+ KiB +50 GiB +< 1 % +50 %/);
    expect(human.stdout).not.toContain("\x1b");
  });

  it("looking changes nothing: neither counts nor a directory that is not there", async () => {
    const cwd = await workingFolder();
    expect(await runLarder(["cache", "stats"], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("No cache was found"),
    });
    expect(await readdir(cwd)).toEqual([]);
    await makePlainCache(cwd);
    const before = await larderJson(["cache", "stats"], { cwd });
    await larderJson(["cache", "list"], { cwd });
    await larderJson(["cache", "status", "greeting"], { cwd });
    expect(await larderJson(["cache", "stats"], { cwd })).toEqual(before);
  });

  it("says so when the directory named has no cache", async () => {
    const cwd = await workingFolder();
    const { error } = await larderJson<{ error: object }>(["cache", "stats", "-d", "nowhere"], { cwd, exitCode: 1 });
    expect(error).toMatchObject({
      code: "no-cache",
      message: expect.stringContaining("nowhere"),
      facts: { directory: join(cwd, "nowhere") },
    });
  });

  it("lists entries with what they are, and only those that begin with a prefix", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    const { caches } = await larderJson<{
      caches: { entries: Record<string, unknown>[]; more: boolean; total: number }[];
    }>(["cache", "list"], { cwd });
    expect(caches[0]!.entries.map(({ key, type, rows, pinned }) => [key, type, rows, pinned])).toEqual([
      ["greeting", "value", null, false],
      ["kept", "value", null, true],
      ["large", "bytes", null, false],
      ["node:abc", "table", 3, false],
      ["short-lived", "value", null, false],
      ["table:people", "table", 3, false],
    ]);
    const some = await larderJson<{ caches: { entries: unknown[]; more: boolean; total: number }[] }>(
      ["cache", "list", "--limit", "2"],
      { cwd },
    );
    expect(some.caches[0]).toMatchObject({ more: true, total: 6 });
    const nodes = await runLarder(["cache", "list", "--prefix", "node:"], { cwd });
    expect(nodes.stdout).toContain("flights/clean");
    expect(nodes.stdout).not.toContain("greeting");
  });

  it("tells all that is known of an entry, and whether its bytes are sound", async () => {
    const cwd = await workingFolder();
    const directory = await makePlainCache(cwd);
    const { found } = await larderJson<{ found: object[] }>(["cache", "status", "large"], { cwd });
    expect(found).toEqual([
      expect.objectContaining({
        directory,
        key: "large",
        type: "bytes",
        sizeBytes: 200_000,
        checksumValid: true,
        expiresAt: null,
      }),
    ]);
    const path = await blobFile(directory);
    await writeFile(path, (await readFile(path)).fill(8, 150_000, 150_001));
    expect(await larderJson(["cache", "status", "large"], { cwd })).toMatchObject({
      found: [{ checksumValid: false }],
    });
    const another = await makePlainCache(cwd, join(cwd, "another"));
    await truncate(await blobFile(another), 1000);
    const codeOf = async (key: string) =>
      (await larderJson<{ error: { code: string } }>(["cache", "status", key, "-d", "another"], { cwd, exitCode: 1 }))
        .error.code;
    expect(await codeOf("large")).toBe("damaged-entry");
    expect(await codeOf("absent")).toBe("unknown-item");
  });

  it("clears one cache by its directory or kind, and says how much went", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    await makeKinds(cwd);
    const planned = await larderJson<Removed>(["cache", "clear", "extract", "--dry-run"], { cwd });
    expect(planned).toMatchObject({ dryRun: true, items: 10 });
    expect(await entriesOf(cwd)).toEqual([6, 10, 1]);
    const done = await larderJson<Removed>(["cache", "clear", "extract", "--yes"], { cwd });
    expect(done).toEqual({ ...planned, dryRun: false });
    expect(await entriesOf(cwd)).toEqual([6, 0, 1]);
    const human = await runLarder(["cache", "clear", ".cache/larder", "-y"], { cwd });
    expect(human.stdout).toMatch(/^Removed 6 items \(\d+ KiB\): \.cache\/larder \(plain\)\.\n$/);
    expect(await entriesOf(cwd)).toEqual([0, 0, 1]);
  });

  it("refuses to remove anything when nobody can be asked and nobody said --yes", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    for (const args of [
      ["cache", "clear", "--all"],
      ["cache", "cleanup", "--older-than", "0s"],
    ]) {
      const { error } = await larderJson<{ error: object }>(args, { cwd, exitCode: 2 });
      expect(error).toMatchObject({ code: "confirmation-needed", message: expect.stringContaining("--yes") });
    }
    expect(await entriesOf(cwd)).toEqual([6]);
  });

  it("clears all only when told to, and not both a name and all", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    expect((await runLarder(["cache", "clear"], { cwd })).exitCode).toBe(2);
    expect((await runLarder(["cache", "clear", "plan", "--all", "-y"], { cwd })).exitCode).toBe(2);
    expect(await larderJson(["cache", "clear", "--all", "-y"], { cwd })).toMatchObject({ items: 6 });
    expect(await entriesOf(cwd)).toEqual([0]);
  });

  it("cleans up what is old and leaves what is pinned", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    expect(await larderJson(["cache", "cleanup", "--older-than", "1h", "-y"], { cwd })).toMatchObject({ items: 0 });
    const planned = await larderJson<Removed>(["cache", "cleanup", "--older-than", "0s", "--dry-run"], { cwd });
    expect(planned.items).toBe(5);
    const done = await larderJson<Removed>(["cache", "cleanup", "--older-than", "0s", "--yes"], { cwd });
    expect([done.items, done.bytes]).toEqual([planned.items, planned.bytes]);
    const { caches } = await larderJson<{ caches: { entries: { key: string }[] }[] }>(["cache", "list"], { cwd });
    expect(caches[0]!.entries.map(({ key }) => key)).toEqual(["kept"]);
  });

  it("changes the limit of one cache, and evicts what is over it", async () => {
    const cwd = await workingFolder();
    await makePlainCache(cwd);
    await makeKinds(cwd);
    const { caches } = await larderJson<{ caches: object[] }>(
      ["cache", "config", "--max-size", "100KB", "-d", ".cache/larder"],
      { cwd },
    );
    expect(caches).toEqual([expect.objectContaining({ limitBytes: 102_400, evicted: expect.any(Number) })]);
    const stats = await larderJson<{ caches: Summary[] }>(["cache", "stats"], { cwd });
    expect(stats.caches[0]).toMatchObject({ limitBytes: 102_400 });
    expect(stats.caches[0]!.sizeBytes).toBeLessThanOrEqual(102_400);
    await larderJson(["cache", "config", "--max-size", "1GB", "-d", ".cache/larder-kinds/extract"], { cwd });
    expect((await larderJson<{ caches: object[] }>(["cache", "stats"], { cwd })).caches[1]).toMatchObject({
      limitBytes: 2 ** 30,
    });
  });

  it("finds damage with exit code 3, repairs it with --fix, and finds none afterwards", async () => {
    const cwd = await workingFolder();
    const directory = await makePlainCache(cwd);
    const sound = await larderJson<{ unrepaired: number }>(["check"], { cwd });
    expect(sound.unrepaired).toBe(0);
    await truncate(await blobFile(directory), 10);
    const human = await runLarder(["check"], { cwd });
    expect(human).toMatchObject({ exitCode: 3, stdout: expect.stringContaining("file-damaged") });
    expect(await larderJson(["cache", "verify"], { cwd, exitCode: 3 })).toMatchObject({
      unrepaired: expect.any(Number),
    });
    expect((await runLarder(["check", "--fix"], { cwd })).exitCode).toBe(0);
    expect((await runLarder(["check"], { cwd })).exitCode).toBe(0);
    expect(existsSync(join(directory, "index.lmdb"))).toBe(true);
  });
});
