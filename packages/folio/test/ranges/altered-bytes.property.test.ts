import { LarderError, loadXxhash } from "@larder/core";
import type { Table } from "apache-arrow";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { openRangedTable } from "../../src/ranges/open-ranged-table.js";
import { type RangedGround, type RangedRemote, rangedGround, rangedRemote, tablePath } from "./ranged-ground.js";
import { difference, sampleBytes, sampleTable } from "./sample-tables.js";

const rows = 12_000;
const chunkBytes = 16_384;
const runs = Number(process.env.LARDER_RUNS ?? 60);
const seed = Number(process.env.LARDER_SEED ?? 20_261_128);
const columns = ["price", "volume", "note"];
const grounds: RangedGround[] = [];
let bytes: Uint8Array;
let expected: Table;

beforeAll(async () => {
  const { store } = await rangedGround(rangedRemote(new Uint8Array(0)));
  bytes = await sampleBytes(store, rows, 3);
  expected = sampleTable(rows, 3);
  await store.close();
});

afterEach(async () => {
  for (const { store } of grounds.splice(0)) await store.close();
});

async function read(remote: RangedRemote, { parts }: RangedGround, names: readonly string[]): Promise<unknown> {
  const table = await openRangedTable(parts, "table", remote.item, { storage: remote, path: tablePath });
  try {
    return await table.scan().select(names).toArrow();
  } finally {
    await table.close();
  }
}

/** One byte of an answer or of a kept part, changed on its way. */
const alteration = fc.record({
  /** Where, as a share of the bytes. */
  at: fc.nat({ max: 999_999 }).map((millionths) => millionths / 1_000_000),
  mask: fc.integer({ min: 1, max: 255 }),
});
type Alteration = typeof alteration extends fc.Arbitrary<infer Value> ? Value : never;

const altered = (of: Uint8Array, { at, mask }: Alteration): Uint8Array => {
  const copy = Uint8Array.from(of);
  const place = Math.floor(at * copy.byteLength);
  copy[place] = copy[place]! ^ mask;
  return copy;
};

/** A remote whose answers are altered, by their number. */
function altering(remote: RangedRemote, alterations: Readonly<Record<string, Alteration>>): RangedRemote {
  let nth = 0;
  const reading = remote.read;
  remote.read = async (path, options) => {
    const answer = await reading(path, options);
    const alteration = alterations[nth++];
    if (alteration === undefined || answer.status !== "found") return answer;
    const pieces: Uint8Array[] = [];
    for await (const piece of answer.body) pieces.push(piece);
    const body = altered(Buffer.concat(pieces), alteration);
    return {
      ...answer,
      body: (async function* () {
        yield body;
      })(),
    };
  };
  return remote;
}

/** A store whose kept parts are altered as they are read: the ranges, the list of them, and the list of chunks. */
function spoilt(store: FolioStore, alterations: Readonly<Record<string, Alteration>>): FolioStore {
  let nth = 0;
  return {
    ...store,
    async part(key) {
      const part = await store.part(key);
      const alteration = alterations[nth++];
      return part === undefined || alteration === undefined ? part : altered(part, alteration);
    },
  };
}

async function groundOf(remote: RangedRemote, options = {}, store?: FolioStore): Promise<RangedGround> {
  const ground = await rangedGround(remote, options, store);
  grounds.push(ground);
  return ground;
}

describe("a table of whose chunks the bundle has digests", () => {
  it("gives its own rows or an error, whichever bytes are altered on the way or in the cache", async () => {
    const outcomes: Record<string, number> = {};
    const count = (outcome: string): void => {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    };
    // Without a bias to small numbers: the first bytes are the ones that Parquet looks at.
    const some = fc.noBias(fc.dictionary(fc.nat({ max: 9 }).map(String), alteration, { maxKeys: 5 }));
    await fc.assert(
      fc.asyncProperty(some, some, async (sent, kept) => {
        const remote = altering(rangedRemote(bytes, { chunkBytes }), sent);
        const plain = await rangedGround(remote);
        try {
          const spoiltGround = await rangedGround(remote, {}, spoilt(plain.store, kept));
          // The first fetches and keeps, the second meets damaged parts, the third what the two have left.
          for (const ground of [plain, spoiltGround, plain]) {
            try {
              const table = await read(remote, ground, columns);
              expect(difference(table, expected, columns)).toBeUndefined();
              count("read");
            } catch (error) {
              if (!LarderError.isInstance(error)) throw error;
              expect(["checksum-mismatch", "no-ranges"]).toContain(error.code);
              count(error.code);
            }
          }
          // Nothing wrong was kept: without a fault, all is right.
          for (const key of Object.keys(sent)) delete sent[key];
          expect(difference(await read(remote, plain, columns), expected, columns)).toBeUndefined();
        } finally {
          await plain.store.close();
        }
      }),
      { seed, numRuns: runs },
    );
    console.info(`seed ${seed}: ${JSON.stringify(outcomes)}`);
    expect(outcomes.read).toBeGreaterThan(runs);
  });

  it("is right although one byte of a number was altered, and tells of it", async () => {
    const remote = rangedRemote(bytes, { chunkBytes });
    const ground = await groundOf(remote);
    // Deep in the values of a column, where Parquet notices nothing.
    remote.fault = (nth) => (nth === 2 ? { wrongByteAt: 20_000 } : undefined);
    expect(difference(await read(remote, ground, columns), expected, columns)).toBeUndefined();
    expect(ground.events.filter(({ type }) => type === "warning")).toMatchObject([
      { code: "checksum-mismatch", item: "table", facts: { algorithm: "blake3", end: expect.any(Number) } },
    ]);
    // Only the wrong chunk was fetched again.
    const again = remote.answers.filter(({ start, end }) => end - start === chunkBytes);
    expect(again).toHaveLength(1);
  });

  it("of which a chunk is wrong twice is an error, and the next reading fetches it anew", async () => {
    const remote = rangedRemote(bytes, { chunkBytes });
    const ground = await groundOf(remote);
    remote.fault = (nth) => (nth >= 2 ? { wrongByteAt: 1000 } : undefined);
    await expect(read(remote, ground, columns)).rejects.toMatchObject({
      code: "checksum-mismatch",
      facts: { item: "table", url: remote.url, expected: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    // The manifest was looked at once: it might have told of other data.
    expect(remote.manifests).toBe(1);
    remote.fault = () => undefined;
    expect(difference(await read(remote, ground, columns), expected, columns)).toBeUndefined();
  });

  it("keeps no wrong byte, whether it is mended or an error", async () => {
    for (const last of [2, 99]) {
      const remote = rangedRemote(bytes, { chunkBytes });
      const { store } = await groundOf(remote);
      const kept: [start: number, part: Uint8Array][] = [];
      const watched: FolioStore = {
        ...store,
        putPart(key, part, options) {
          const [, start] = /\/(\d+)-\d+$/.exec(key) ?? [];
          if (start !== undefined) kept.push([Number(start), Uint8Array.from(part)]);
          return store.putPart(key, part, options);
        },
      };
      remote.fault = (nth) => (nth >= 2 && nth <= last ? { wrongByteAt: 1000 } : undefined);
      await read(remote, await rangedGround(remote, {}, watched), columns).catch(() => undefined);
      expect(kept.length).toBeGreaterThan(0);
      for (const [start, part] of kept) {
        expect(Buffer.compare(part, bytes.subarray(start, start + part.byteLength)), `from ${start}`).toBe(0);
      }
    }
  });

  it("of which a chunk is wrong is an error at once in strict mode", async () => {
    const remote = rangedRemote(bytes, { chunkBytes });
    const ground = await groundOf(remote, { strictMode: true });
    remote.fault = (nth) => (nth === 2 ? { wrongByteAt: 1000 } : undefined);
    await expect(read(remote, ground, columns)).rejects.toMatchObject({ code: "checksum-mismatch" });
    expect(ground.events.filter(({ type }) => type === "warning")).toEqual([]);
  });

  it("whose end is wrong twice can't be opened", async () => {
    const remote = rangedRemote(bytes, { chunkBytes });
    remote.fault = (nth) => (nth === 0 ? undefined : { wrongByteAt: 5 });
    await expect(read(remote, await groundOf(remote), columns)).rejects.toMatchObject({ code: "checksum-mismatch" });
  });

  it("is read in its new version when only the manifest known here is out of date", async () => {
    const remote = rangedRemote(bytes, { chunkBytes });
    const known = remote.item;
    const ground = await groundOf(remote);
    const { store } = ground;
    // Somebody has written over the object, of the same length, and then the list and the manifest.
    const next = await sampleBytes(store, rows, 4);
    remote.put(next);
    const table = await openRangedTable(ground.parts, "table", known, { storage: remote, path: tablePath });
    const found = await table.scan().select(columns).toArrow();
    expect(difference(found, sampleTable(rows, 4), columns)).toBeUndefined();
    await table.close();
  });

  it("keeps only whole chunks, in pieces of chunks, and reads them without a request", async () => {
    // More than some chunks, and less than one.
    for (const [chunkBytes, chunkSizeBytes] of [
      [16_384, 100_000],
      [131_072, 65_536],
    ] as const) {
      const remote = rangedRemote(bytes, { chunkBytes });
      const ground = await groundOf(remote, { chunkSizeBytes });
      const keys: string[] = [];
      const putPart = ground.store.putPart.bind(ground.store);
      const watched: FolioStore = {
        ...ground.store,
        putPart(key, ...rest) {
          keys.push(key);
          return putPart(key, ...rest);
        },
      };
      const watching = await rangedGround(remote, { chunkSizeBytes }, watched);
      await read(remote, watching, columns);
      const extents = keys.flatMap((key) => /\/(\d+)-(\d+)$/.exec(key)?.slice(1).map(Number) ?? []);
      expect(extents.length).toBeGreaterThan(0);
      for (const at of extents) expect(at % chunkBytes === 0 || at === bytes.byteLength).toBe(true);
      const requests = remote.answers.length;
      expect(difference(await read(remote, watching, columns), expected, columns)).toBeUndefined();
      expect(remote.answers.length).toBe(requests);
    }
  });

  it("is right although a kept range was changed together with its own checksum", async () => {
    const remote = rangedRemote(bytes, { chunkBytes });
    const { store } = await groundOf(remote);
    const xxhash = await loadXxhash();
    // Whoever writes to the cache can make both fit; what the bundle says of the bytes they can't.
    const forging: FolioStore = {
      ...store,
      async putPart(key, part, options) {
        let written = part;
        if (key.endsWith("/ranges")) {
          const list = JSON.parse(Buffer.from(part).toString()) as { extents: [number, number, string][] };
          for (const extent of list.extents) {
            const forged = altered(bytes.subarray(extent[0], extent[1]), { at: 0.5, mask: 1 });
            extent[2] = xxhash.hash64(forged).toString(16).padStart(16, "0");
          }
          written = Buffer.from(JSON.stringify(list));
        } else if (!key.includes("/chunks/")) written = altered(part, { at: 0.5, mask: 1 });
        await store.putPart(key, written, options);
      },
    };
    await read(remote, await rangedGround(remote, {}, forging), columns);
    const requests = remote.answers.length;
    expect(difference(await read(remote, await rangedGround(remote, {}, store), columns), expected, columns)).toBe(
      undefined,
    );
    expect(remote.answers.length).toBeGreaterThan(requests);
  });

  it("uses nothing that was kept before its chunks were listed", async () => {
    const unlisted = rangedRemote(bytes);
    const ground = await groundOf(unlisted);
    unlisted.fault = (nth) => (nth === 1 ? { wrongByteAt: 20_000 } : undefined);
    expect(difference(await read(unlisted, ground, columns), expected, columns)).toBeDefined();
    const listed = rangedRemote(bytes, { chunkBytes });
    const again = await rangedGround(listed, {}, ground.store);
    expect(difference(await read(listed, again, columns), expected, columns)).toBeUndefined();
  });
});
