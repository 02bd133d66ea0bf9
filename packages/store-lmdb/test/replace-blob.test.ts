import type { BlobRecord } from "@larder/core";
import { afterEach, describe, expect, test } from "vitest";
import { LmdbBackend, type LmdbBackendOptions } from "../src/lmdb-backend.js";
import { readBytes, sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

let backend: LmdbBackend;

afterEach(() => backend.close());

function opened(options: Partial<LmdbBackendOptions> = {}): LmdbBackend {
  backend = new LmdbBackend({ directory: cacheDirectory(), inlineLimitBytes: 0, ...options });
  return backend;
}

const before = await sampleBlob(sampleBytes(70_000, 1), { tags: ["a"], expiresAt: 9e15, origin: "o" });
const after = await sampleBlob(sampleBytes(90_000, 2));
const later = await sampleBlob(sampleBytes(80_000, 3));

async function expectBytes(key: string, { bytes }: typeof before): Promise<void> {
  const found = await readBytes(backend, key);
  expect(found && Buffer.compare(found, bytes)).toBe(0);
}

/** Agrees where the bytes are those of `before`. */
const ifUnchanged = (current: BlobRecord) =>
  current.checksum === before.record.checksum ? { ...current, origin: "new" } : undefined;

describe("a blob is replaced if its record is as wanted:", () => {
  test("with the bytes of the new one, and the record that was decided on", async () => {
    opened();
    await backend.setBlob("key", before);
    const { byteLength, checksum } = after.record;
    const record = { ...before.record, byteLength, checksum, origin: "new" };
    expect(await backend.replaceBlob("key", after, ifUnchanged)).toEqual(record);
    expect((await backend.getBlob("key"))!.record).toEqual(record);
    await expectBytes("key", after);
    for await (const key of backend.taggedKeys({ allTags: ["a"] })) expect(key).toBe("key");
    expect((await backend.check()).problems).toEqual([]);
  });

  test("another that was stored since stays", async () => {
    opened();
    await backend.setBlob("key", later);
    expect(await backend.replaceBlob("key", after, ifUnchanged)).toBeUndefined();
    await expectBytes("key", later);
    const report = await backend.check();
    expect([report.problems, report.notes]).toEqual([[], []]);
  });

  test("where there is none, there is none afterwards", async () => {
    opened();
    let asked = 0;
    const revise = () => {
      asked++;
      return after.record;
    };
    expect(await backend.replaceBlob("key", after, revise)).toBeUndefined();
    expect(await backend.getBlob("key")).toBeUndefined();
    expect(asked).toBe(0);
    expect(await backend.volume()).toMatchObject({ entries: 0, reservedBytes: 0 });
  });

  test("of all who store and replace at once, nobody undoes what came later", async () => {
    opened();
    const second = new LmdbBackend({ directory: backend.directory, inlineLimitBytes: 0 });
    for (let round = 0; round < 5; round++) {
      await backend.setBlob("key", before);
      const replacing = [backend, second].map((each) => each.replaceBlob("key", after, ifUnchanged));
      await second.setBlob("key", later);
      await Promise.all(replacing);
      await expectBytes("key", later);
    }
    await second.close();
    expect((await backend.check()).problems).toEqual([]);
  });

  test("one of several who replace the same wins", async () => {
    opened();
    await backend.setBlob("key", before);
    const outcomes = await Promise.all(
      [after, later, after].map((blob) => backend.replaceBlob("key", blob, ifUnchanged)),
    );
    expect(outcomes.filter((outcome) => outcome !== undefined)).toHaveLength(1);
  });

  test("bytes that are not those of the record are refused", async () => {
    opened();
    await backend.setBlob("key", before);
    const wrong = { record: after.record, bytes: sampleBytes(90_000, 9) };
    await expect(backend.replaceBlob("key", wrong, ifUnchanged)).rejects.toMatchObject({ code: "wrong-checksum" });
    await expectBytes("key", before);
    expect((await backend.volume()).reservedBytes).toBe(0);
  });
});

test.each(["least-frequently-used", "cost-aware"] as const)("under %s, its reads count on", async (evictionPolicy) => {
  opened({ sizeLimitBytes: 500_000, evictionPolicy });
  await backend.setBlob("often", { ...before, record: { ...before.record, costSeconds: 1 } });
  for (let i = 0; i < 20; i++) await readBytes(backend, "often");
  await backend.replaceBlob("often", after, ifUnchanged);
  for (let i = 0; i < 12; i++) {
    const blob = await sampleBlob(sampleBytes(80_000, 10 + i), { costSeconds: 1 });
    await backend.setBlob(`other ${i}`, blob);
    await readBytes(backend, `other ${i}`);
  }
  await expectBytes("often", after);
});

test("the limit holds, and the entry itself is not evicted for it", async () => {
  opened({ sizeLimitBytes: 300_000, evictionPolicy: "least-recently-used" });
  await backend.setBlob("key", before);
  await backend.setBlob("other", later);
  expect(await backend.replaceBlob("key", after, ifUnchanged)).toBeDefined();
  const { sizeBytes, reservedBytes, limitBytes } = await backend.volume();
  expect(sizeBytes + reservedBytes).toBeLessThanOrEqual(limitBytes!);
  await expectBytes("key", after);
});
