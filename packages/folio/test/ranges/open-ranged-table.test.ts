import { readFileSync } from "node:fs";
import { bytesSource, col } from "@larder/core";
import type { Table } from "apache-arrow";
import { beforeAll, describe, expect, it } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import type { FolioTable } from "../../src/folio.js";
import { openRangedTable } from "../../src/ranges/open-ranged-table.js";
import { chunkBytesFor } from "../../src/writing/measure-chunks.js";
import { type RangedGround, type RangedRemote, rangedGround, rangedRemote, tablePath } from "./ranged-ground.js";
import { difference, sampleBytes, sampleTable, valuesOf } from "./sample-tables.js";

const rows = 120_000;
let own: Uint8Array;
let expected: Table;
let flights: Uint8Array;

beforeAll(async () => {
  const { store } = await rangedGround(rangedRemote(new Uint8Array(0)));
  own = await sampleBytes(store, rows, 3);
  expected = sampleTable(rows, 3);
  flights = readFileSync(new URL("../../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));
});

function open(remote: RangedRemote, { parts }: RangedGround, options = {}): Promise<FolioTable> {
  return openRangedTable(parts, "table", remote.item, { storage: remote, path: tablePath }, options);
}

/** Bytes that columns take up in the file. */
async function bytesOf(store: FolioStore, file: Uint8Array, columns: readonly string[]): Promise<number> {
  const table = store.openTable(bytesSource(file));
  const { bytes } = await table.scan().select(columns).explain();
  await table.close();
  return bytes;
}

describe("a remote table that is read by ranges", () => {
  it.each(
    (
      [
        ["three columns of a table of our own", () => own, ["price", "shop", "amount"]],
        ["one column of a table of our own", () => own, ["note"]],
        ["two columns of three million flights", () => flights, ["delay", "distance"]],
        ["three columns of three million flights", () => flights, ["date", "origin", "distance"]],
      ] as const
    ).flatMap(([what, ...rest]) => [
      [what, ...rest, undefined] as const,
      [`${what}, each chunk verified`, ...rest, chunkBytesFor(0)] as const,
    ]),
  )("downloads at most 1.2 times the bytes of %s", async (_, file, columns, chunkBytes) => {
    const remote = rangedRemote(file(), { chunkBytes });
    const ground = await rangedGround(remote);
    const table = await open(remote, ground);
    const read = await table.scan().select(columns).toArrow();
    const wanted = await bytesOf(ground.store, file(), columns);
    expect(remote.sentBytes()).toBeLessThanOrEqual(1.2 * wanted);
    expect(remote.sentBytes()).toBeLessThan(file().byteLength);
    const whole = ground.store.openTable(bytesSource(file()));
    const head = (await whole.scan().select(columns).head(20_000).toArrow()) as Table;
    expect((read as Table).numRows).toBe(await whole.scan().count());
    expect(difference((read as Table).slice(0, 20_000), head, columns)).toBeUndefined();
    expect((await ground.store.counts(remote.url)).downloadedBytes).toBe(remote.sentBytes());
    await table.close();
  });

  it("makes no request when the same columns are read again, also by another who opens it", async () => {
    const remote = rangedRemote(own);
    const ground = await rangedGround(remote);
    const first = await open(remote, ground);
    const read = await first.scan().select(["price", "day"]).toArrow();
    const requests = remote.answers.length;
    await first.scan().select(["price", "day"]).toArrow();
    const second = await open(remote, ground);
    const again = await second.scan().select(["price", "day"]).toArrow();
    expect(difference(again, read as Table, ["price", "day"])).toBeUndefined();
    // Also a part of what was fetched as one.
    await second.scan().select(["day"]).head(10).toArrow();
    expect(remote.answers.length).toBe(requests);
    expect(remote.heads).toBe(0);
    expect(remote.manifests).toBe(0);
  });

  it("downloads only the bytes of one column more", async () => {
    const remote = rangedRemote(own);
    const ground = await rangedGround(remote);
    const table = await open(remote, ground);
    await table.scan().select(["price", "amount"]).toArrow();
    const before = remote.sentBytes();
    await table.scan().select(["price", "amount", "volume"]).toArrow();
    const more = await bytesOf(ground.store, own, ["volume"]);
    expect(remote.sentBytes() - before).toBeLessThanOrEqual(1.02 * more);
  });

  it("fetches the schema with the end of the file, once", async () => {
    const remote = rangedRemote(flights);
    const ground = await rangedGround(remote);
    const schema = await (await open(remote, ground)).scan().schema();
    expect(schema.map(({ name }) => name)).toEqual(["date", "delay", "distance", "origin", "destination"]);
    expect(remote.answers).toHaveLength(1);
    expect(remote.sentBytes()).toBe(65_536);
    await (await open(remote, ground)).scan().schema();
    expect(await (await open(remote, ground)).scan().count()).toBe(3_000_000);
    expect(remote.answers).toHaveLength(1);
  });

  it("fetches less where a filter rules rows out", async () => {
    const remote = rangedRemote(own);
    const ground = await rangedGround(remote);
    const table = await open(remote, ground);
    const read = await table.scan().select(["day", "price"]).where(col("day").eq(117)).toArrow();
    expect((read as { numRows: number }).numRows).toBe(1000);
    expect(remote.sentBytes()).toBeLessThan(await bytesOf(ground.store, own, ["day", "price"]));
  });

  it("gives the same by all ways of reading", async () => {
    const remote = rangedRemote(own);
    const table = await open(remote, await rangedGround(remote));
    const scan = table.scan().select(["amount"]).slice(1000, 5000);
    const amounts = valuesOf(expected, "amount").slice(1000, 6000);
    expect(valuesOf(await scan.toArrow(), "amount")).toEqual(amounts);
    expect([...((await scan.toColumns()).amount as unknown as Iterable<unknown>)]).toEqual(amounts);
    expect((await scan.toRows()).map(({ amount }) => amount)).toEqual(amounts);
    const batches: unknown[] = [];
    for await (const batch of scan.batches({ rows: 700 })) batches.push(...valuesOf(batch, "amount"));
    expect(batches).toEqual(amounts);
    expect(await scan.count()).toBe(5000);
    expect(() => scan.head(-1)).toThrow();
  });

  it("shares what is being fetched among readers at the same time", async () => {
    const remote = rangedRemote(own);
    const table = await open(remote, await rangedGround(remote));
    await Promise.all([1, 2, 3].map(() => table.scan().select(["price", "note"]).toArrow()));
    const requests = remote.answers.map(({ start, end }) => [start, end] as const);
    for (const [i, [start, end]] of requests.entries()) {
      for (const [otherStart, otherEnd] of requests.slice(i + 1)) {
        expect(start < otherEnd && otherStart < end, `${start}…${end} and ${otherStart}…${otherEnd}`).toBe(false);
      }
    }
  });

  it("does not take for its own what was kept of another version", async () => {
    const remote = rangedRemote(own);
    const ground = await rangedGround(remote);
    await (await open(remote, ground)).scan().select(["amount"]).toArrow();
    const sent = remote.sentBytes();
    remote.put(own);
    const object = (await remote.head(tablePath))!;
    const table = await openRangedTable(ground.parts, "table", remote.item, {
      storage: remote,
      path: tablePath,
      object,
    });
    await table.scan().select(["amount"]).toArrow();
    expect(remote.sentBytes()).toBe(2 * sent);
  });

  it("keeps nothing when the settings forbid it", async () => {
    const remote = rangedRemote(own);
    const ground = await rangedGround(remote, { cacheMode: "read-only" });
    await (await open(remote, ground)).scan().select(["price"]).toArrow();
    const sent = remote.sentBytes();
    await (await open(remote, ground)).scan().select(["price"]).toArrow();
    expect(remote.sentBytes()).toBe(2 * sent);
  });

  it("is read all the same when nothing can be kept, with one warning", async () => {
    const remote = rangedRemote(own);
    const plain = await rangedGround(remote);
    const full: FolioStore = { ...plain.store, putPart: () => Promise.reject(new Error("disk full")) };
    const ground = await rangedGround(remote, {}, full);
    const table = await open(remote, ground);
    const read = await table.scan().select(["price", "note"]).toArrow();
    expect(difference(read, expected, ["price"])).toBeUndefined();
    expect(ground.events.filter(({ type }) => type === "warning")).toMatchObject([
      { code: "not-cached", item: "table" },
    ]);
  });

  it.each([
    ["evicted", () => undefined],
    [
      "changed",
      (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)),
    ],
    ["shortened", (bytes: Uint8Array) => bytes.subarray(1)],
  ] as const)("fetches anew what was %s in the cache", async (_, spoil) => {
    const remote = rangedRemote(own);
    const plain = await rangedGround(remote);
    await (await open(remote, plain)).scan().select(["price"]).toArrow();
    const sent = remote.sentBytes();
    const spoilt: FolioStore = {
      ...plain.store,
      async part(key) {
        const bytes = await plain.store.part(key);
        return bytes === undefined || key.endsWith("/ranges") ? bytes : spoil(bytes);
      },
    };
    const ground = await rangedGround(remote, {}, spoilt);
    const read = await (await open(remote, ground)).scan().select(["price"]).toArrow();
    expect(difference(read, expected, ["price"])).toBeUndefined();
    expect(remote.sentBytes()).toBe(2 * sent);
  });

  it("is parsed by a process of its own where the manifest has no checksum of it", async () => {
    const remote = rangedRemote(own, { checksum: false });
    const ground = await rangedGround(remote);
    const trusts: unknown[] = [];
    const watched: FolioStore = {
      ...ground.store,
      openTable(source, options) {
        trusts.push(options?.trust);
        return ground.store.openTable(source, options);
      },
    };
    const table = await open(remote, await rangedGround(remote, {}, watched));
    const read = await table.scan().select(["amount"]).toArrow();
    expect(difference(read, expected, ["amount"])).toBeUndefined();
    await table.close();
    expect(trusts).toEqual(["foreign"]);
    expect(remote.heads).toBe(1);
  });

  it("can't be read once closed", async () => {
    const remote = rangedRemote(own);
    const table = await open(remote, await rangedGround(remote));
    await table.close();
    await table.close();
    await expect(table.scan().toArrow()).rejects.toMatchObject({ code: "closed-table" });
  });
});

describe("a remote that can't be read by ranges", () => {
  it.each([
    ["ignores ranges", { ignoreRange: true }],
    ["tells no version", { noVersion: true }],
  ])("because it %s is read whole", async (_, fault) => {
    const remote = rangedRemote(own);
    remote.fault = () => fault;
    await expect(open(remote, await rangedGround(remote))).rejects.toMatchObject({ code: "no-ranges" });
    expect(remote.sentBytes()).toBe(0);
  });

  it("because it says so is read whole, without a request", async () => {
    const remote = {
      ...rangedRemote(own),
      abilities: { write: false, list: false, ranges: false, conditionalWrites: false },
    };
    await expect(open(remote, await rangedGround(remote))).rejects.toMatchObject({ code: "no-ranges" });
    expect(remote.answers).toHaveLength(0);
  });

  it("because object and manifest don't agree is read whole", async () => {
    const remote = rangedRemote(own);
    remote.put(own.subarray(0, own.byteLength - 1), { manifest: false });
    await expect(open(remote, await rangedGround(remote))).rejects.toMatchObject({ code: "no-ranges" });
    expect(remote.manifests).toBe(1);
  });
});
