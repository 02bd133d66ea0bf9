import { mkdtemp, rename, rm, truncate, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BlobSource,
  blobBytes,
  bytesSource,
  checksumOf,
  chunkDigests,
  loadXxhash,
  openFileSource,
  type VerifiedSourceOptions,
  verifiedSource,
  type Xxhash,
} from "../../src/index.js";

const seed = Number(process.env.LARDER_SEED ?? 4);
let folder: string;
let xxhash: Xxhash;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-sources-"));
  xxhash = await loadXxhash();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 131 + (i >> 8) * 7) & 255);
}

function recordFor(bytes: Uint8Array) {
  return { codec: "larder.bytes.1", byteLength: bytes.byteLength, checksum: checksumOf(bytes, xxhash), createdAt: 1 };
}

describe("a file as a source", () => {
  test("gives every part of the file, also read at the same time", async () => {
    const bytes = bytesOf(300_000);
    const path = join(folder, "whole");
    await writeFile(path, bytes);
    const source = await openFileSource(path);
    expect(source.byteLength).toBe(300_000);
    const ranges = [
      [0, 300_000],
      [0, 0],
      [300_000, 300_000],
      [1, 2],
      [65_535, 65_537],
      [299_999, 300_000],
    ] as const;
    const parts = await Promise.all(ranges.map(([start, end]) => source.slice(start, end)));
    for (const [i, [start, end]] of ranges.entries()) expect(parts[i]).toStrictEqual(bytes.slice(start, end));
    expect(await source.slice(299_000)).toStrictEqual(bytes.slice(299_000));
    await expect((async () => source.slice(0, 300_001))()).rejects.toThrow(RangeError);
    await source.close();
    await source.close();
  });

  test("is read to the end after it was unlinked or replaced", async () => {
    const path = join(folder, "replaced");
    await writeFile(path, bytesOf(100));
    const [first, second] = [await openFileSource(path), await openFileSource(path)];
    await writeFile(join(folder, "other"), new Uint8Array(100));
    await rename(join(folder, "other"), path);
    expect(await first.slice(0)).toStrictEqual(bytesOf(100));
    await unlink(path);
    expect(await second.slice(50)).toStrictEqual(bytesOf(100).slice(50));
    await Promise.all([first.close(), second.close()]);
  });

  test("that was cut short is damaged, and says where it ends", async () => {
    const path = join(folder, "cut");
    await writeFile(path, bytesOf(100));
    const source = await openFileSource(path);
    await truncate(path, 60);
    expect(await source.slice(0, 60)).toStrictEqual(bytesOf(100).slice(0, 60));
    for (const read of [
      async () => source.slice(0),
      async () => source.slice(61, 70),
      async () => source.readInto(0, [new Uint8Array(50), new Uint8Array(50)]),
      async () => source.readInto(59, [new Uint8Array(1), new Uint8Array(1)]),
    ]) {
      await expect(read()).rejects.toMatchObject({
        code: "damaged-blob",
        message: expect.stringMatching(/byte 6[01]/),
      });
    }
    await source.close();
  });

  test("gives bytes that share no memory with other buffers", async () => {
    const path = join(folder, "small");
    await writeFile(path, bytesOf(10));
    const source = await openFileSource(path);
    const part = await source.slice(2, 5);
    expect(part.constructor).toBe(Uint8Array);
    expect(part.buffer.byteLength).toBe(3);
    await source.close();
  });

  test("that is not there is an error of the file system", async () => {
    await expect(openFileSource(join(folder, "nothing"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a verified source", () => {
  const bytes = bytesOf(200_001);

  function verified(stored: Uint8Array, extra: Partial<VerifiedSourceOptions> = {}) {
    const reads: [number, number | undefined][] = [];
    const inner = bytesSource(stored);
    const source: BlobSource = {
      byteLength: stored.byteLength,
      slice(start, end) {
        reads.push([start, end]);
        return inner.slice(start, end);
      },
    };
    let loads = 0;
    const checked = verifiedSource({
      source,
      record: recordFor(bytes),
      xxhash,
      describe: "The blob under 'k'",
      loadChunkDigests() {
        loads++;
        return chunkDigests(bytes, xxhash);
      },
      ...extra,
    });
    return { checked, reads, loads: () => loads };
  }

  test("gives the same parts as the bytes it stands for", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length }),
        fc.nat({ max: bytes.length }),
        fc.boolean(),
        async (a, b, digests) => {
          const [start, end] = a < b ? [a, b] : [b, a];
          const { checked } = verified(bytes, digests ? {} : { loadChunkDigests: () => undefined });
          expect(Buffer.compare(await checked.slice(start, end), bytes.subarray(start, end))).toBe(0);
        },
      ),
      { seed, numRuns: 100 },
    );
  });

  test("never gives a part with a flipped bit in it, and reads only the chunks that a part touches", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.nat({ max: bytes.length }),
        fc.nat({ max: bytes.length }),
        async (at, a, b) => {
          const [start, end] = a < b ? [a, b] : [b, a];
          const stored = new Uint8Array(bytes);
          stored[at]! ^= 4;
          const { checked, reads } = verified(stored);
          try {
            expect(Buffer.compare(await checked.slice(start, end), bytes.subarray(start, end))).toBe(0);
          } catch (error) {
            expect(error).toMatchObject({ code: "damaged-blob" });
          }
          if (start === 0 && end === bytes.length) return;
          for (const [from, to] of reads) {
            expect(from).toBeGreaterThan(start - 65_536);
            expect(to).toBeLessThan(end + 65_536);
          }
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  test("loads the digests at the first read of a part, and once", async () => {
    const { checked, loads } = verified(bytes);
    await checked.slice(0);
    expect(loads()).toBe(0);
    await Promise.all([checked.slice(1, 5), checked.slice(70_000, 80_000)]);
    await checked.slice(5, 9);
    expect(loads()).toBe(1);
  });

  test("without digests reads the whole once, checks it, and gives copies", async () => {
    const { checked, reads } = verified(bytesOf(200_001), { loadChunkDigests: () => undefined });
    const part = await checked.slice(10, 20);
    part.fill(0);
    expect(await checked.slice(10, 20)).toStrictEqual(bytes.slice(10, 20));
    expect(reads).toEqual([[0, 200_001]]);
    const damaged = new Uint8Array(bytes);
    damaged[150_000]! ^= 1;
    const { checked: bad } = verified(damaged, { loadChunkDigests: () => undefined });
    await expect(bad.slice(10, 20)).rejects.toMatchObject({ code: "damaged-blob" });
  });

  test("takes digests of another blob, of another length, or none at all for damage", async () => {
    for (const digests of [
      chunkDigests(bytesOf(200_000), xxhash).fill(7),
      new Uint8Array(8),
      new Uint8Array(0),
      new Uint8Array(5),
    ]) {
      const { checked } = verified(bytes, { loadChunkDigests: () => digests });
      await expect(checked.slice(100_000, 100_005)).rejects.toMatchObject({ code: "damaged-blob" });
    }
  });

  test("of another length than its record is damaged", async () => {
    const { checked } = verified(bytes.slice(0, 200_000));
    expect(() => checked.slice(0)).toThrow(/200000 bytes instead of 200001/);
    await expect(checked.slice(5, 6)).rejects.toMatchObject({ code: "damaged-blob" });
  });

  test("tries again after a read that failed", async () => {
    let failures = 1;
    const { checked } = verified(bytes, {
      loadChunkDigests() {
        if (failures-- > 0) throw new Error("busy");
        return chunkDigests(bytes, xxhash);
      },
    });
    await expect(checked.slice(1, 2)).rejects.toThrow("busy");
    expect(await checked.slice(1, 2)).toStrictEqual(bytes.slice(1, 2));
  });

  test("answers a whole read at once when its source does", () => {
    expect(verified(bytes).checked.slice(0)).toBeInstanceOf(Uint8Array);
  });
});

describe("blobBytes", () => {
  const bytes = bytesOf(1000);

  async function* chunks(...cuts: number[]) {
    let start = 0;
    for (const cut of [...cuts, bytes.length]) {
      yield bytes.subarray(start, cut);
      start = cut;
    }
  }

  test("makes bytes of bytes, of chunks and of a file", async () => {
    const record = recordFor(bytes);
    const file = join(folder, "to store");
    await writeFile(file, bytes);
    expect(await blobBytes({ record, bytes })).toBe(bytes);
    expect(await blobBytes({ record, chunks: chunks(0, 1, 999) })).toStrictEqual(bytes);
    expect(await blobBytes({ record, file })).toStrictEqual(bytes);
  });

  test("refuses bytes that are more or fewer than the record says", async () => {
    const file = join(folder, "of wrong length");
    await writeFile(file, bytes);
    for (const byteLength of [999, 1001, 0]) {
      const record = { ...recordFor(bytes), byteLength };
      for (const blob of [
        { record, bytes },
        { record, chunks: chunks(500) },
        { record, file },
      ]) {
        await expect(blobBytes(blob)).rejects.toMatchObject({ code: "wrong-blob-length" });
      }
    }
  });
});
