import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type BlobSource,
  bytesSource,
  checksumOf,
  chunkDigests,
  exclusiveSource,
  loadXxhash,
  MemoryCache,
  openFileSource,
  verifiedSource,
  type Xxhash,
} from "../../src/index.js";
import { contentOf, emptyTargets, endOf, scatteredReads } from "./support/scattered-targets.js";

const seed = Number(process.env.LARDER_SEED ?? 61);
const byteLength = 3 * 65_536 + 1234;
const bytes = Uint8Array.from({ length: byteLength }, (_, i) => (i * 131 + (i >> 8) * 7 + (i >> 16)) & 255);
const closing: (() => Promise<void>)[] = [];
let folder: string;
let xxhash: Xxhash;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-read-into-"));
  xxhash = await loadXxhash();
});
afterAll(async () => {
  for (const close of closing) await close();
  await rm(folder, { recursive: true, force: true });
});

async function fileSource(stored: Uint8Array): Promise<BlobSource> {
  const path = join(folder, `${closing.length}`);
  await writeFile(path, stored);
  const source = await openFileSource(path);
  closing.push(() => source.close());
  return source;
}

function recordOf(of: Uint8Array) {
  return { codec: "larder.bytes.1", byteLength: of.byteLength, checksum: checksumOf(of, xxhash), createdAt: 1 };
}

function verified(source: BlobSource, digests = true): BlobSource {
  const loadChunkDigests = () => (digests ? chunkDigests(bytes, xxhash) : undefined);
  return verifiedSource({ source, record: recordOf(bytes), xxhash, describe: "The blob", loadChunkDigests });
}

function slicing({ byteLength, slice }: BlobSource): BlobSource {
  return { byteLength, slice };
}

async function cached(stored: Uint8Array): Promise<BlobSource> {
  const cache = new MemoryCache();
  await cache.setBlob("k", { record: recordOf(stored), bytes: stored });
  return (await cache.getBlob("k"))!.source;
}

const unverified: [string, (stored: Uint8Array) => BlobSource | Promise<BlobSource>][] = [
  ["bytes in memory", bytesSource],
  ["bytes of one reader", exclusiveSource],
  ["a file", fileSource],
  ["a cache in memory", cached],
];

const chunked: typeof unverified = [
  ["verified bytes", (stored) => verified(bytesSource(stored))],
  ["a verified file", async (stored) => verified(await fileSource(stored))],
  ["a verified source that only slices", (stored) => verified(slicing(bytesSource(stored)))],
];

const wholly: typeof unverified = [
  ["a source verified as a whole", async (stored) => verified(await fileSource(stored), false)],
];

describe("a scattered read", () => {
  test.each([...unverified, ...chunked, ...wholly])("of %s gives the bytes that are there", async (_, make) => {
    const source = await make(bytes);
    await fc.assert(
      fc.asyncProperty(scatteredReads(byteLength), async (read) => {
        const targets = emptyTargets(read);
        expect(await source.readInto!(read.start, targets)).toBeUndefined();
        expect(contentOf(targets).compare(bytes, read.start, endOf(read))).toBe(0);
      }),
      { seed, numRuns: 150 },
    );
  });

  test.each([...unverified, ...chunked, ...wholly])("of %s refuses what is not within it", async (_, make) => {
    const source = await make(bytes);
    for (const [start, lengths] of [
      [-1, [5]],
      [0.5, [5]],
      [Number.NaN, [0]],
      [byteLength + 1, []],
      [byteLength, [0, 1]],
      [0, [byteLength, 0, 1]],
    ] as const) {
      const targets = lengths.map((length) => new Uint8Array(length));
      await expect((async () => source.readInto!(start, targets))()).rejects.toThrow(RangeError);
    }
  });

  test.each([...unverified, ...chunked, ...wholly])("of %s may be made beside others", async (_, make) => {
    const source = await make(bytes);
    const reads = fc.sample(scatteredReads(byteLength), { seed, numRuns: 30 });
    const contents = await Promise.all(
      reads.map(async (read) => {
        const targets = emptyTargets(read);
        await source.readInto!(read.start, targets);
        return contentOf(targets);
      }),
    );
    for (const [i, read] of reads.entries()) expect(contents[i]!.compare(bytes, read.start, endOf(read))).toBe(0);
  });

  test.each(chunked)("of %s finds a flipped bit in every chunk it touches, and in no other", async (_, make) => {
    await fc.assert(
      fc.asyncProperty(
        scatteredReads(byteLength),
        fc.nat({ max: byteLength - 1 }),
        fc.nat({ max: 7 }),
        async (read, at, bit) => {
          const end = endOf(read);
          if (read.start === end) return;
          const stored = new Uint8Array(bytes);
          stored[at]! ^= 1 << bit;
          const source = await make(stored);
          const touched = at >= Math.floor(read.start / 65_536) * 65_536 && at < Math.ceil(end / 65_536) * 65_536;
          const targets = emptyTargets(read);
          const outcome = await (async () => source.readInto!(read.start, targets))().catch((error: unknown) => error);
          if (touched) expect(outcome).toMatchObject({ code: "damaged-blob" });
          else expect(contentOf(targets).compare(bytes, read.start, end)).toBe(0);
        },
      ),
      { seed, numRuns: 150 },
    );
  });

  test.each(wholly)("of %s finds a flipped bit anywhere", async (_, make) => {
    const stored = new Uint8Array(bytes);
    stored[5]! ^= 1;
    const source = await make(stored);
    await expect((async () => source.readInto!(100_000, [new Uint8Array(9)]))()).rejects.toMatchObject({
      code: "damaged-blob",
    });
  });

  test("verifies again what changed after it was read", async () => {
    const stored = new Uint8Array(bytes);
    const source = verified(bytesSource(stored));
    const read = async () => source.readInto!(10, [new Uint8Array(70_000), new Uint8Array(5)]);
    await read();
    stored[131_000]! ^= 1;
    await expect(read()).rejects.toMatchObject({ code: "damaged-blob" });
  });

  test("of a blob that is shorter or longer than its record is damage", async () => {
    for (const stored of [bytes.subarray(1), new Uint8Array([...bytes, 0])]) {
      const source = verified(bytesSource(stored));
      await expect((async () => source.readInto!(0, [new Uint8Array(5)]))()).rejects.toMatchObject({
        code: "damaged-blob",
      });
    }
  });

  test("of a verified source asks for the bytes of its chunks once, into the memory of its caller", async () => {
    const inner = bytesSource(bytes);
    const asked: [number, readonly Uint8Array[]][] = [];
    const source = verified({
      ...inner,
      readInto(start, targets) {
        asked.push([start, targets]);
        return inner.readInto!(start, targets);
      },
    });
    const targets = [new Uint8Array(60_000), new Uint8Array(0), new Uint8Array(60_000)];
    await source.readInto!(70_000, targets);
    expect(asked).toHaveLength(1);
    const [start, pieces] = asked[0]!;
    expect([start, pieces.map((piece) => piece.byteLength)]).toEqual([65_536, [4464, 60_000, 0, 60_000, 6608]]);
    for (const target of targets) expect(pieces).toContain(target);
  });
});
