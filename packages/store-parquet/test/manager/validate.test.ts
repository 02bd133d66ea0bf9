import { MemoryCache, type StoredBlob, valueDigest } from "@larder/core";
import { encodeParquet, tableStream } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { batches, managed, numbers } from "./managed-cache.js";

/** A backend that hands out the bytes of a key with one bit changed, unchecked. */
function flipping(at: (byteLength: number) => number, verified = false) {
  const backend = new MemoryCache();
  const getBlob = backend.getBlob.bind(backend);
  backend.getBlob = async (key): Promise<StoredBlob | undefined> => {
    const stored = await getBlob(key);
    if (stored === undefined) return undefined;
    const { record } = stored;
    const bytes = new Uint8Array(await stored.source.slice(0));
    bytes[at(bytes.byteLength)]! ^= 4;
    const source = { byteLength: bytes.byteLength, slice: (start: number, end?: number) => bytes.subarray(start, end) };
    return { record, source, verified };
  };
  return backend;
}

const { schema } = numbers(1);

describe("validate", () => {
  test("finds a table sound that is as it was written, with its digest or without", async () => {
    for (const rows of [0, 1, 40_000]) {
      const { manager } = managed();
      const table = numbers(rows);
      await manager.write("item", table, { valueDigest: valueDigest(table) });
      expect(await manager.validate("item")).toMatchObject({ valid: true, rows, columns: 2 });
      await manager.write("item", tableStream(schema, rows === 0 ? [] : [numbers(rows)]));
      expect(await manager.validate("item")).toMatchObject({ valid: true, rows, columns: 2 });
      expect(manager.stats.bytesRead).toBeGreaterThan(0);
    }
  });

  test("says that there is none", async () => {
    expect(await managed().manager.validate("item")).toMatchObject({ valid: false, reason: "absent" });
  });

  test.each([
    ["at its beginning", () => 1],
    ["in its middle", (length: number) => length >> 1],
    ["at its end", (length: number) => length - 1],
  ])("finds a bit that was changed %s, and the table is a miss afterwards", async (_, at) => {
    for (const rows of [10, 40_000]) {
      const { manager, events } = managed({ backend: flipping(at) });
      await manager.write("item", numbers(rows));
      expect(await manager.validate("item")).toMatchObject({ valid: false, reason: "damaged" });
      expect(events).toEqual([expect.objectContaining({ type: "warning", code: "damaged-blob", item: "item" })]);
      expect(await manager.get("item")).toBeUndefined();
      expect(manager.stats.damaged).toBe(1);
    }
  });

  test("believes no backend that says it has checked the bytes: it holds all of them against the checksum", async () => {
    for (const rows of [10, 40_000]) {
      const { manager } = managed({ backend: flipping(() => 60, true) });
      await manager.write("item", numbers(rows));
      expect(await manager.validate("item")).toMatchObject({ valid: false, reason: "damaged" });
    }
  });

  test("so does a read of the whole, which is never given as data", async () => {
    const { manager, events } = managed({ backend: flipping((length) => length >> 1) });
    await manager.write("item", numbers(40_000));
    const table = (await manager.get("item"))!;
    await expect(table.toArrow()).rejects.toMatchObject({ code: "damaged-blob" });
    expect(events).toMatchObject([{ code: "damaged-blob" }]);
    expect(await manager.get("item")).toBeUndefined();
  });

  test.each<[string, object]>([
    ["rows", { details: { rows: 4, columns: 2 } }],
    ["columns", { details: { rows: 3, columns: 1 } }],
    ["a digest", { valueDigest: "0".repeat(64) }],
  ])("finds a table that contradicts its record in %s", async (_, change) => {
    const { manager, backend } = managed();
    await manager.write("item", numbers(3));
    await rewrite(backend as MemoryCache, "table:item", change);
    expect(await manager.validate("item")).toMatchObject({ valid: false, reason: "damaged" });
    expect(await manager.get("item")).toBeUndefined();
  });

  test("finds what is no Parquet file, though its checksum is right", async () => {
    const { manager, cache, backend } = managed();
    await cache.set("table:item", new TextEncoder().encode("PAR1 this is none PAR1"));
    await rewrite(backend as MemoryCache, "table:item", { codec: "larder.parquet.1" });
    expect(await manager.validate("item")).toMatchObject({ valid: false, reason: "damaged" });
  });

  test("leaves what another version wrote, and what is sound but not as declared", async () => {
    const { manager, backend } = managed();
    await manager.write("item", numbers(3));
    await rewrite(backend as MemoryCache, "table:item", { codec: "larder.parquet.2" });
    expect(await manager.validate("item")).toMatchObject({ valid: false, reason: "unreadable" });
    expect(await backend.getBlob("table:item")).toBeDefined();
    const declared = managed({ schema: new arrow.Schema([new arrow.Field("id", new arrow.Utf8())]) });
    await declared.cache.set("table:item", numbers(3));
    expect(await declared.manager.validate("item")).toMatchObject({ valid: false, reason: "schema-mismatch" });
    expect(await declared.manager.get("item")).toBeDefined();
  });
});

describe("a table that a newer version of Larder wrote", () => {
  async function newer(strict = false) {
    const made = managed({ strict });
    await made.manager.write("item", numbers(3));
    await rewrite(made.backend as MemoryCache, "table:item", { codec: "larder.parquet.2" });
    return made;
  }

  test("is a miss with a warning that names both versions", async () => {
    const { manager, cacheEvents } = await newer();
    expect(await manager.get("item")).toBeUndefined();
    const warning = cacheEvents.find((event) => event.type === "warning")!;
    expect(warning).toMatchObject({ code: "newer-format" });
    expect(warning.message).toContain("larder.parquet.2");
    expect(warning.message).toContain("larder.parquet.1");
  });

  test("is not written over by who has met it", async () => {
    for (const strict of [false, true]) {
      const { manager, backend } = await newer(strict);
      await manager.get("item");
      for (const value of [numbers(4), tableStream(schema, batches(1, 4))]) {
        const writing = manager.write("item", value);
        if (strict) await expect(writing).rejects.toMatchObject({ code: "newer-format" });
        else expect(await writing).toMatchObject({ stored: false, code: "newer-format" });
      }
      expect((await backend.getBlob("table:item"))!.record.codec).toBe("larder.parquet.2");
    }
  });

  test("has getOrSet compute the table, and give it, also where it is a stream", async () => {
    for (const compute of [() => numbers(4), () => tableStream(schema, batches(1, 4)) as unknown as arrow.Table]) {
      const { cache, backend } = await newer();
      expect((await cache.getOrSet("table:item", compute)).numRows).toBe(4);
      expect((await backend.getBlob("table:item"))!.record.codec).toBe("larder.parquet.2");
    }
  });
});

/** Gives what is stored another record, as if it had been written so. */
async function rewrite(backend: MemoryCache, key: string, change: object): Promise<void> {
  const { record, source } = (await backend.getBlob(key))!;
  const bytes = await source.slice(0);
  await backend.setBlob(key, { record: { ...record, ...change }, bytes });
}

test("the bytes of a table are those of encodeParquet, guarded or not", async () => {
  const { manager, backend } = managed();
  const { bytes } = await encodeParquet(numbers(40_000));
  for (const options of [{}, { maxBytes: 10_000_000 }]) {
    await manager.write("item", numbers(40_000), options);
    const stored = (await backend.getBlob("table:item"))!;
    expect(Buffer.compare(await stored.source.slice(0), bytes)).toBe(0);
  }
});
