import { readdirSync } from "node:fs";
import { join } from "node:path";
import { checksumOf, loadXxhash } from "@larder/core";
import { LmdbBackend, type LmdbBackendOptions } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { readBytes, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const record = { codec: "larder.bytes.1", createdAt: 1, tags: ["t"] };

/** The bytes in parts of odd sizes, all in the same memory, which is overwritten. */
async function* inParts(bytes: Uint8Array, size: number, failure?: Error): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(size);
  for (let at = 0; at < bytes.byteLength; at += size) {
    const part = bytes.subarray(at, at + size);
    memory.set(part);
    yield memory.subarray(0, part.byteLength);
    memory.fill(0);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (failure !== undefined) throw failure;
}

function temporaryFiles(backend: LmdbBackend): string[] {
  return readdirSync(join(backend.directory, "tmp")).filter((name) => name.endsWith(".blob"));
}

function filesOf(backend: LmdbBackend): string[] {
  return readdirSync(join(backend.directory, "blobs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

const settings: readonly (readonly [string, Partial<LmdbBackendOptions>])[] = [
  ["as by default", {}],
  ["with every blob in a file", { inlineLimitBytes: 0 }],
  ["with a high limit", { inlineLimitBytes: 1_048_576 }],
  ["synced", { durability: "power" }],
];

for (const [name, options] of settings) {
  test(`a stream of any length is stored with its true record, ${name}`, async () => {
    const backend = new LmdbBackend({ directory: cacheDirectory(), ...options });
    const limit = options.inlineLimitBytes ?? 65_536;
    for (const size of [0, 1, 65_536, 65_537, 1_048_576, 3_000_001]) {
      const bytes = sampleBytes(size, size % 97);
      const returned = await backend.setBlobStream("key", inParts(bytes, 40_009), record);
      const checksum = checksumOf(bytes, await loadXxhash());
      expect(returned).toEqual({ ...record, byteLength: size, checksum });
      const stored = await backend.getBlob("key");
      expect(stored?.record).toEqual(returned);
      await stored?.close?.();
      expect(Buffer.compare((await readBytes(backend, "key"))!, bytes)).toBe(0);
      expect(filesOf(backend)).toHaveLength(size > limit ? 1 : 0);
    }
    expect(temporaryFiles(backend)).toEqual([]);
    expect((await backend.check()).problems).toEqual([]);
    await backend.close();
  });
}

test("a stream that fails stores nothing, leaves nothing behind, and its error comes through as it is", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  await backend.setBlobStream("key", inParts(sampleBytes(30, 1), 7), record);
  for (const size of [0, 1_000, 2_000_000]) {
    const failure = new Error("the source is gone");
    const attempt = backend.setBlobStream("key", inParts(sampleBytes(size, 5), 100_000, failure), record);
    await expect(attempt).rejects.toBe(failure);
  }
  expect(await readBytes(backend, "key")).toEqual(sampleBytes(30, 1));
  expect(temporaryFiles(backend)).toEqual([]);
  expect(filesOf(backend)).toEqual([]);
  await backend.close();
});

test("a source that brings no bytes is refused and told to close what it holds, also late in the stream", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  for (const late of [false, true]) {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        if (late) yield new Uint8Array(2_000_000);
        for (let i = 0; i < 1_000; i++) yield "no bytes" as never;
      } finally {
        closed = true;
      }
    }
    await expect(backend.setBlobStream("key", source(), record)).rejects.toMatchObject({ code: "not-bytes" });
    expect(closed).toBe(true);
    expect(await backend.getBlob("key")).toBeUndefined();
    expect(temporaryFiles(backend)).toEqual([]);
  }
  await backend.close();
});

test("a stream of 256 MiB is stored in little memory", async () => {
  const output = await runProgram("store-stream", [cacheDirectory(), "256"]);
  const { byteLength, grownMegabytes } = JSON.parse(output.at(-1)!);
  console.log(`the process grew by ${grownMegabytes} MB`);
  expect(byteLength).toBe(256 * 1024 * 1024);
  expect(grownMegabytes).toBeLessThan(150);
}, 60_000);
