import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { ChecksumMismatchError } from "../../src/folio-errors.js";
import { chunkList } from "../../src/ranges/chunk-list.js";
import { openRangedTable } from "../../src/ranges/open-ranged-table.js";
import { type RangedGround, type RangedRemote, rangedGround, rangedRemote, tablePath } from "./ranged-ground.js";
import { difference, sampleBytes, sampleTable } from "./sample-tables.js";

const rows = 12_000;
const columns = ["price", "note"];
const stores: FolioStore[] = [];
let bytes: Uint8Array;

beforeAll(async () => {
  const { store } = await rangedGround(rangedRemote(new Uint8Array(0)));
  bytes = await sampleBytes(store, rows, 3);
  await store.close();
});

afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
});

async function ground(remote: RangedRemote, options = {}): Promise<RangedGround> {
  const made = await rangedGround(remote, options);
  stores.push(made.store);
  return made;
}

async function read(remote: RangedRemote, { parts }: RangedGround): Promise<string | undefined> {
  const table = await openRangedTable(parts, "table", remote.item, { storage: remote, path: tablePath });
  const found = await table.scan().select(columns).toArrow();
  await table.close();
  return difference(found, sampleTable(rows, 3), columns);
}

const listPath = (remote: RangedRemote): string => remote.item.chunks!.file;

/** Changes the list that the remote has. */
function spoilList(remote: RangedRemote, spoil: (list: Uint8Array) => Uint8Array | undefined): void {
  const spoilt = spoil(remote.lists.get(listPath(remote))!);
  if (spoilt === undefined) remote.lists.clear();
  else remote.lists.set(listPath(remote), spoilt);
}

const asked = (remote: RangedRemote): number => remote.answers.filter(({ path }) => path === listPath(remote)).length;
const flipped = (list: Uint8Array, at = 0): Uint8Array => Uint8Array.from(list, (byte, i) => (i === at ? ~byte : byte));
const warnings = ({ events }: RangedGround) =>
  events.flatMap((event) => (event.type === "warning" ? [event.code] : []));

describe("the list of a table's chunks", () => {
  it("is fetched once, beside the end of the table, and kept", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    const made = await ground(remote);
    expect(await read(remote, made)).toBeUndefined();
    expect(remote.answers.slice(0, 2).map(({ path }) => path)).toEqual([listPath(remote), tablePath]);
    const requests = remote.answers.length;
    expect(await read(remote, made)).toBeUndefined();
    expect(remote.answers.length).toBe(requests);
    expect((await made.store.counts(remote.url)).downloadedBytes).toBe(remote.sentBytes());
  });

  it("is fetched each time where nothing is kept, and no more than once by one reader", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    const made = await ground(remote, { cacheMode: "read-only" });
    expect(await read(remote, made)).toBeUndefined();
    expect(await read(remote, made)).toBeUndefined();
    expect(asked(remote)).toBe(2);
  });

  it("that is wrong once is fetched again, and what was wrong is told", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    const made = await ground(remote);
    remote.fault = (nth) => (nth === 0 ? { wrongByteAt: 40 } : undefined);
    expect(await read(remote, made)).toBeUndefined();
    expect(warnings(made)).toEqual(["checksum-mismatch"]);
    expect(asked(remote)).toBe(2);
  });

  it("that stays wrong makes the table be read whole, for its own checksum to decide", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    spoilList(remote, (list) => flipped(list, 77));
    const made = await ground(remote);
    await expect(read(remote, made)).rejects.toMatchObject({ code: "no-ranges" });
    expect(asked(remote)).toBe(2);
    expect(warnings(made)).toEqual(["checksum-mismatch", "checksum-mismatch"]);
  });

  it("that is wrong is an error at once in strict mode", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    spoilList(remote, flipped);
    const made = await ground(remote, { strictMode: true });
    await expect(read(remote, made)).rejects.toMatchObject({
      code: "checksum-mismatch",
      facts: { file: listPath(remote) },
    });
    expect(asked(remote)).toBe(1);
  });

  it.each([
    ["gone", () => undefined],
    ["too short", (list: Uint8Array) => list.subarray(32)],
    ["too long", (list: Uint8Array) => Buffer.concat([list, new Uint8Array(32)])],
    ["empty", () => new Uint8Array(0)],
  ] as const)("that is %s makes the table be read whole", async (_, spoil) => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    spoilList(remote, spoil);
    await expect(read(remote, await ground(remote))).rejects.toMatchObject({ code: "no-ranges" });
    // Once more after the manifest was asked: it might have been replaced.
    expect(remote.manifests).toBe(1);
  });

  it("that is damaged in the cache is fetched again", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    const made = await ground(remote);
    await read(remote, made);
    const spoilt: FolioStore = {
      ...made.store,
      async part(key) {
        const part = await made.store.part(key);
        return key.includes("/chunks/") && part !== undefined ? flipped(part, 3) : part;
      },
    };
    expect(await read(remote, await rangedGround(remote, {}, spoilt))).toBeUndefined();
    expect(asked(remote)).toBe(2);
  });

  it("that breaks off is continued where it stopped", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 4096 });
    remote.fault = (nth) => (nth === 0 ? { cutAfterBytes: 100 } : undefined);
    expect(await read(remote, await ground(remote))).toBeUndefined();
    const lists = remote.answers.filter(({ path }) => path === listPath(remote));
    expect(lists.map(({ start }) => start)).toEqual([0, 100]);
    expect(lists[1]!.ifVersion).toBe('"list"');
  });

  it("of a table that a manifest makes immense is not asked for", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    const { store } = await ground(remote);
    const list = chunkList({
      chunks: remote.item.chunks!,
      byteLength: Number.MAX_SAFE_INTEGER,
      remote,
      store,
      content: "sha256:0",
      keeps: true,
      strict: false,
      onWrong: () => {},
      mismatch: (facts) => new ChecksumMismatchError("wrong", facts),
      onUnkept: () => {},
    });
    await expect(list.digests()).rejects.toMatchObject({
      code: "no-ranges",
      message: expect.stringMatching(/longer than 67108864 bytes/),
    });
    expect(asked(remote)).toBe(0);
  });

  it("lies in the bundle also where the table lies elsewhere", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    const other = rangedRemote(bytes);
    const elsewhere = { ...other, url: "https://other.example.org" };
    const { file: _, ...item } = { ...remote.item, reference: `${elsewhere.url}/${tablePath}` };
    other.fault = (nth) => (nth === 1 ? { wrongByteAt: 20_000 } : undefined);
    const made = await ground(remote);
    const table = await openRangedTable(made.parts, "table", item, { storage: elsewhere, path: tablePath });
    const found = await table.scan().select(columns).toArrow();
    expect(difference(found, sampleTable(rows, 3), columns)).toBeUndefined();
    expect(remote.answers.map(({ path }) => path)).toEqual([listPath(remote)]);
    expect(warnings(made)).toEqual(["checksum-mismatch"]);
  });

  it("that can't be kept is one warning, with the ranges", async () => {
    const remote = rangedRemote(bytes, { chunkBytes: 16_384 });
    const plain = await ground(remote);
    const full: FolioStore = { ...plain.store, putPart: () => Promise.reject(new Error("disk full")) };
    const made = await rangedGround(remote, {}, full);
    expect(await read(remote, made)).toBeUndefined();
    expect(warnings(made)).toEqual(["not-cached"]);
  });

  it.each([4096, 65_536, 1_048_576])("verifies a table in chunks of %i bytes", async (chunkBytes) => {
    const remote = rangedRemote(bytes, { chunkBytes });
    const made = await ground(remote);
    remote.fault = (nth) => (nth === 1 ? { wrongByteAt: 0 } : undefined);
    expect(await read(remote, made)).toBeUndefined();
    expect(warnings(made)).toEqual(["checksum-mismatch"]);
  });
});
