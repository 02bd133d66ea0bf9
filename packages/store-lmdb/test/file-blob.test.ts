import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chunkDigests, contentDigest, LarderError, loadXxhash } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { runProgram } from "./run-program.js";
import { readBytes, sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

const opened: LmdbBackend[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

function open(directory = cacheDirectory()): LmdbBackend {
  const backend = new LmdbBackend({ directory });
  opened.push(backend);
  return backend;
}

function filesOf({ directory }: LmdbBackend): string[] {
  return ["blobs", "tables", "tmp"].flatMap((folder) =>
    readdirSync(join(directory, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".running"))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
}

const bytes = sampleBytes(200_000, 1);

describe("a blob in a file", () => {
  test("can be found by its path, and one within the index has none", async () => {
    const backend = open();
    await backend.setBlob("large", await sampleBlob(bytes));
    await backend.setBlob("small", await sampleBlob(sampleBytes(5, 2)));
    const path = (await backend.fileOf("large"))!;
    expect(filesOf(backend)).toEqual([path]);
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
    expect(await backend.fileOf("small")).toBeUndefined();
    expect(await backend.fileOf("absent")).toBeUndefined();
  });

  test("stays readable until it is closed, though it is overwritten, deleted, or the cache cleared and closed", async () => {
    const changes: ((backend: LmdbBackend) => Promise<unknown>)[] = [
      async (backend) => backend.setBlob("key", await sampleBlob(sampleBytes(5, 2))),
      (backend) => backend.deleteBlob("key"),
      (backend) => backend.clear(),
      async (backend) => {
        await backend.clear();
        await backend.close();
      },
    ];
    for (const change of changes) {
      const backend = open();
      await backend.setBlob("key", await sampleBlob(bytes));
      const stored = (await backend.getBlob("key"))!;
      await change(backend);
      expect(filesOf(backend)).toEqual([]);
      expect(await stored.source.slice(70_000, 70_100)).toEqual(bytes.slice(70_000, 70_100));
      expect(await stored.source.slice(0)).toEqual(bytes);
      await stored.close!();
      await expect((async () => stored.source.slice(0))()).rejects.toSatisfy((error) =>
        LarderError.isInstance(error, "blob-closed"),
      );
    }
  });

  test("can be closed while it is read: the reading ends well first", async () => {
    const backend = open();
    const large = sampleBytes(5_000_000, 3);
    await backend.setBlob("key", await sampleBlob(large));
    const stored = (await backend.getBlob("key"))!;
    const reading = Promise.resolve(stored.source.slice(0));
    await stored.close!();
    expect(Buffer.compare(await reading, large)).toBe(0);
  });

  test("is read into several memories as it is sliced, whether in the index or in a file", async () => {
    const backend = open();
    const seed = Number(process.env.LARDER_SEED ?? 7);
    for (const [key, size] of [
      ["small", 3000],
      ["large", 3 * 65_536 + 77],
    ] as const) {
      const content = sampleBytes(size, 4);
      await backend.setBlob(key, await sampleBlob(content));
      const { source, close } = (await backend.getBlob(key))!;
      expect(source.blockBytes).toBe(key === "small" ? 1 : 65_536);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: size }), { minLength: 1, maxLength: 9 }), async (marks) => {
          const [start, ...cuts] = marks.sort((a, b) => a - b);
          const targets = cuts.map((cut, i) => new Uint8Array(cut - marks[i]!));
          await source.readInto!(start!, targets);
          expect(Buffer.concat(targets).compare(content, start, marks.at(-1))).toBe(0);
        }),
        { seed, numRuns: 100 },
      );
      await close?.();
      if (close !== undefined)
        await expect((async () => source.readInto!(0, [new Uint8Array(1)]))()).rejects.toThrow("closed");
    }
  });

  test("can be closed while it is read into memories: the reading ends well first", async () => {
    const backend = open();
    const large = sampleBytes(5_000_000, 3);
    await backend.setBlob("key", await sampleBlob(large));
    const stored = (await backend.getBlob("key"))!;
    const targets = [new Uint8Array(2_000_000), new Uint8Array(3_000_000)];
    const reading = Promise.resolve(stored.source.readInto!(0, targets));
    await stored.close!();
    await reading;
    expect(Buffer.concat(targets).compare(large)).toBe(0);
  });

  test("is stored once for equal content, and its file goes with the last entry", async () => {
    const backend = open();
    for (const key of ["a", "b", "c"]) await backend.setBlob(key, await sampleBlob(bytes, { origin: key }));
    expect(filesOf(backend)).toHaveLength(1);
    await backend.deleteBlob("a");
    await backend.setBlob("b", await sampleBlob(sampleBytes(10, 1)));
    expect(await readBytes(backend, "c")).toEqual(bytes);
    expect(filesOf(backend)).toHaveLength(1);
    await backend.deleteBlob("c");
    expect(filesOf(backend)).toEqual([]);
  });

  test("can only be read, and only by this user", async () => {
    const backend = open();
    await backend.setBlob("key", await sampleBlob(bytes));
    expect(statSync(filesOf(backend)[0]!).mode & 0o777).toBe(0o400);
  });

  test("is a plain Parquet file under tables/ when it is a table", async () => {
    const backend = open();
    await backend.setBlob("key", await sampleBlob(bytes, { codec: "larder.parquet.1" }));
    expect(filesOf(backend)[0]!.slice(backend.directory.length)).toMatch(
      /^\/tables\/[0-9a-f]{2}\/[0-9a-f]{2}\/[0-9a-f]{64}\.parquet$/,
    );
  });

  test("is not stored when its bytes are not those of its record", async () => {
    const backend = open();
    const { record } = await sampleBlob(bytes);
    for (const size of [200_000, 100]) {
      const blob = await sampleBlob(sampleBytes(size, 1));
      const other = new Uint8Array(blob.bytes).fill(1, 5, 6);
      await expect(backend.setBlob("key", { record: blob.record, bytes: other })).rejects.toSatisfy((error) =>
        LarderError.isInstance(error, "wrong-checksum"),
      );
    }
    await expect(backend.setBlob("key", { record, bytes: bytes.subarray(1) })).rejects.toSatisfy((error) =>
      LarderError.isInstance(error, "wrong-blob-length"),
    );
    expect(await backend.getBlob("key")).toBeUndefined();
    expect(filesOf(backend)).toEqual([]);
  });

  test("is not taken from a link or a file that is not there", async () => {
    const backend = open();
    const { record } = await sampleBlob(bytes);
    await backend.getBlob("any");
    const folder = dirname(backend.directory);
    writeFileSync(join(folder, "file"), bytes);
    symlinkSync(join(folder, "file"), join(folder, "link"));
    await expect(backend.setBlob("key", { record, file: join(folder, "link") })).rejects.toSatisfy((error) =>
      LarderError.isInstance(error, "not-a-file"),
    );
    await expect(backend.setBlob("key", { record, file: join(folder, "absent") })).rejects.toThrow("ENOENT");
    expect(readFileSync(join(folder, "file")).byteLength).toBe(200_000);
    await backend.setBlob("key", { record, file: join(folder, "file") });
    expect(await readBytes(backend, "key")).toEqual(bytes);
  });

  test("is taken without being read when its digests are told; were they wrong, reading it is damage, never other bytes", async () => {
    const backend = open();
    const folder = dirname(cacheDirectory());
    const xxhash = await loadXxhash();
    const put = async (told: Uint8Array, byteLength = told.byteLength) => {
      writeFileSync(join(folder, "file"), bytes);
      const record = { codec: "larder.bytes.1", byteLength, checksum: `blake3:${contentDigest(told)}`, createdAt: 0 };
      await backend.setBlob("key", { record, file: join(folder, "file"), chunkDigests: chunkDigests(told, xxhash) });
    };
    await expect(put(bytes.subarray(1))).rejects.toMatchObject({ code: "wrong-blob-length" });
    expect(filesOf(backend)).toEqual([]);
    await put(bytes);
    expect(Buffer.compare((await readBytes(backend, "key"))!, bytes)).toBe(0);
    const other = bytes.slice();
    other[150_000]! ^= 1;
    await put(other);
    await expect(readBytes(backend, "key")).rejects.toMatchObject({ code: "damaged-blob" });
    // Digests of another length are no digests: the file is read, and refused.
    writeFileSync(join(folder, "file"), bytes);
    const record = { codec: "larder.bytes.1", byteLength: 200_000, checksum: `blake3:${"0".repeat(64)}`, createdAt: 0 };
    const blob = { record, file: join(folder, "file"), chunkDigests: new Uint8Array(8) };
    await expect(backend.setBlob("key", blob)).rejects.toMatchObject({ code: "wrong-checksum" });
  });

  test("that nobody closes does not use up the files a process may open", async () => {
    const directory = cacheDirectory();
    expect(await runProgram("forgetful-reader", [directory], "ulimit -n 200")).toEqual([
      expect.stringMatching(/^misses [1-9]\d* hits after collection 50$/),
    ]);
  });
});

test("a directory that was closed and packed hits for every entry on another path", async () => {
  const backend = open();
  for (let i = 0; i < 20; i++)
    await backend.setBlob(`key ${i}`, await sampleBlob(sampleBytes(i * 10_000, i), { origin: `${i}` }));
  const signature = { nodeName: "a/b", codeHash: "1", envHash: "2", inputsHash: "3", depsHash: "4", timestamp: 5 };
  await backend.setMeta(signature);
  await backend.close();
  const parent = dirname(cacheDirectory());
  execFileSync("tar", ["-cf", join(parent, "cache.tar"), "-C", dirname(backend.directory), "cache"]);
  execFileSync("tar", ["-xf", join(parent, "cache.tar"), "-C", parent]);
  execFileSync("cp", ["-r", join(parent, "cache"), join(parent, "copied")]);
  execFileSync("rm", ["-rf", backend.directory]);
  for (const name of ["cache", "copied"]) {
    const moved = open(join(parent, name));
    for (let i = 0; i < 20; i++) expect(await readBytes(moved, `key ${i}`)).toEqual(sampleBytes(i * 10_000, i));
    expect(await moved.getMeta("a/b")).toEqual(signature);
    expect((await moved.check()).problems).toEqual([]);
  }
});
