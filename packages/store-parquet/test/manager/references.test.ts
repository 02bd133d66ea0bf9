import { type BlobSource, bytesSource, Cache, MemoryCache, valueDigest } from "@larder/core";
import {
  encodeParquet,
  type ReferenceFields,
  type ReferenceResolvers,
  type RemoteReference,
  referenceCodec,
  remoteReference,
} from "@larder/store-parquet";
import { describe, expect, test } from "vitest";
import { tableDifference } from "../support/table-difference.js";
import { managed, numbers } from "./managed-cache.js";

const file = (await encodeParquet(numbers(50_000), { pageRows: 8192 })).bytes;
const smallFile = (await encodeParquet(numbers(10))).bytes;

async function checksumOfFile(bytes: Uint8Array): Promise<string> {
  const backend = new MemoryCache();
  const { stored, record } = (await new Cache({ backend }).set("k", bytes)) as {
    stored: true;
    record: { checksum: string };
  };
  expect(stored).toBe(true);
  return record.checksum;
}

/** Counts what is read of it. */
function source(bytes: Uint8Array) {
  const inner = bytesSource(bytes);
  const counted = {
    byteLength: bytes.byteLength,
    read: 0,
    async slice(start: number, end?: number) {
      const part = await inner.slice(start, end);
      counted.read += part.byteLength;
      return part;
    },
  };
  return counted satisfies BlobSource;
}

const uri = "s3://lab/flights.parquet";

describe("a reference", () => {
  test("is stored as a reference, small, and resolved when it is read, in part too", async () => {
    const remote = source(file);
    const asked: RemoteReference[] = [];
    const { manager, backend } = managed({
      resolvers: {
        "s3:": async (reference) => {
          asked.push(reference);
          return remote;
        },
      },
    });
    const schema = [{ name: "id", type: "Int32", nullable: true }];
    const reference = remoteReference({ uri, byteLength: file.byteLength, note: "the raw data", schema });
    expect(await manager.write("flights", reference)).toMatchObject({
      stored: true,
      record: { codec: "larder.reference.1" },
    });
    const stored = (await backend.getBlob("table:flights"))!;
    expect(stored.record.byteLength).toBeLessThan(300);
    expect(remote.read).toBe(0);
    const table = (await manager.get("flights"))!;
    expect(table).toMatchObject({ kind: "reference", from: "cache", reference: { uri, schema, note: "the raw data" } });
    expect(remote.read).toBe(0);
    expect(asked.map((one) => one.uri)).toEqual([uri]);
    expect(await table.scan().select(["half"]).slice(10, 1).toRows()).toEqual([{ half: 5 }]);
    expect(remote.read).toBeLessThan(file.byteLength / 2);
    expect(tableDifference(numbers(50_000), await table.toArrow())).toBeUndefined();
    await table.close();
    // nothing of what it points at is in the cache
    const volume = await (backend as MemoryCache).volume();
    expect(volume.sizeBytes).toBeLessThan(5000);
    expect(manager.stats).toMatchObject({ references: { written: 1, resolved: 1 }, bytesRead: remote.read });
  });

  test("may be resolved to a table", async () => {
    const { manager } = managed({ resolvers: { "db:": () => numbers(7) } });
    await manager.write("t", remoteReference({ uri: "db:flights" }));
    const table = (await manager.get("t"))!;
    expect((await table.toArrow()).numRows).toBe(7);
    expect(await table.scan().slice(5).toRows()).toMatchObject([{ id: 5 }, { id: 6 }]);
    await table.close();
  });

  test("of an unknown scheme is an error that names those that are known", async () => {
    const { manager } = managed({ resolvers: { "s3:": () => source(file) } });
    await manager.write("t", remoteReference({ uri: "gs://lab/x.parquet" }));
    await expect(manager.get("t")).rejects.toMatchObject({ code: "unknown-scheme", facts: { scheme: "gs:" } });
    await expect(manager.get("t")).rejects.toThrow("s3:");
    await manager.write("t", remoteReference({ uri: "constructor:x" }));
    await expect(manager.get("t")).rejects.toMatchObject({ code: "unknown-scheme" });
  });

  test("that can't be resolved says why, without the secrets of an address", async () => {
    const resolvers: ReferenceResolvers = {
      "s3:": () => {
        throw new Error("GET https://user:hunter2@lab/x?X-Amz-Signature=abc failed");
      },
    };
    const { manager } = managed({ resolvers });
    await manager.write("t", remoteReference({ uri }));
    const error = await manager.get("t").catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: "unresolved-reference" });
    expect((error as Error).message).toContain("failed");
    expect((error as Error).message).not.toMatch(/hunter2|abc/);
    const nothing = managed({ resolvers: { "s3:": () => undefined as never } }).manager;
    await nothing.write("t", remoteReference({ uri }));
    await expect(nothing.get("t")).rejects.toMatchObject({ code: "unresolved-reference" });
  });

  test.each([
    ["with a long checksum", file],
    ["with a short one", smallFile],
  ])("%s never gives a whole table of other bytes", async (_, bytes) => {
    const checksum = await checksumOfFile(bytes);
    const right = managed({ resolvers: { "s3:": () => source(bytes) } }).manager;
    await right.write("t", remoteReference({ uri, checksum }));
    const table = (await right.get("t"))!;
    expect((await table.toArrow()).numRows).toBe(bytes === file ? 50_000 : 10);
    expect(await right.validate("t")).toMatchObject({ valid: true, columns: 2 });
    const other = new Uint8Array(bytes);
    other[100]! ^= 1;
    const wrong = managed({ resolvers: { "s3:": () => source(other) } }).manager;
    await wrong.write("t", remoteReference({ uri, checksum }));
    const handle = (await wrong.get("t"))!;
    for (const read of [() => handle.toArrow(), () => handle.toColumns(), () => handle.toRows()]) {
      await expect(read()).rejects.toMatchObject({ code: "damaged-reference" });
    }
    expect(await wrong.validate("t")).toMatchObject({ valid: false, reason: "unreadable" });
    // it stays: what it points at may be repaired
    expect(await wrong.get("t")).toBeDefined();
  });

  test("whose data have another length is refused before anything is read", async () => {
    const { manager } = managed({ resolvers: { "s3:": () => source(file) } });
    await manager.write("t", remoteReference({ uri, byteLength: 5 }));
    await expect(manager.get("t")).rejects.toMatchObject({ code: "damaged-reference" });
  });

  test("has a digest of its fields, so that nodes can make and take it", () => {
    const one = valueDigest(remoteReference({ uri }));
    expect(valueDigest(remoteReference({ uri }))).toBe(one);
    expect(valueDigest(remoteReference({ uri, byteLength: 1 }))).not.toBe(one);
  });
});

describe("in a plain cache, a reference", () => {
  test("comes back as one with referenceCodec()", async () => {
    const cache = new Cache({ backend: new MemoryCache(), codecs: [referenceCodec()] });
    const fields: ReferenceFields = { uri, checksum: `blake3:${"0".repeat(64)}`, byteLength: 7, note: "n" };
    await cache.set("k", remoteReference(fields));
    const back = (await cache.get<RemoteReference>("k"))!;
    expect(JSON.parse(JSON.stringify(back))).toEqual(fields);
    expect(await cache.set("again", back)).toMatchObject({ stored: true });
  });

  test("is not stored without, and the warning says what to pass", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    const outcome = await cache.set("k", remoteReference({ uri }));
    expect(outcome).toMatchObject({ stored: false, reason: "uncacheable-value" });
    expect(outcome.stored === false && outcome.message).toContain("referenceCodec()");
    expect(await cache.has("k")).toBe(false);
  });

  test("that was changed on disk, or is no reference, is a miss", async () => {
    const backend = new MemoryCache();
    const cache = new Cache({ backend, codecs: [referenceCodec()] });
    for (const text of [
      "{",
      "null",
      '{"uri":5}',
      '{"uri":"s3://u:p@h/x"}',
      JSON.stringify({ uri, note: "x".repeat(70_000) }),
    ]) {
      const bytes = new TextEncoder().encode(text);
      await cache.set("k", bytes);
      const { record } = (await backend.getBlob("k"))!;
      await backend.setBlob("k", { record: { ...record, codec: "larder.reference.1" }, bytes });
      expect(await cache.get("k"), text.slice(0, 30)).toBeUndefined();
    }
  });

  test("that would be data of its own is not stored", async () => {
    const cache = new Cache({ backend: new MemoryCache(), codecs: [referenceCodec()] });
    const outcome = await cache.set("k", remoteReference({ uri, note: "x".repeat(70_000) }));
    expect(outcome.stored === false && outcome.message).toContain("65536");
  });
});

describe("an address with a secret in it is refused, and the error does not show it:", () => {
  test.each([
    "https://user:hunter2@lab.org/x.parquet",
    "https://hunter2@lab.org/x.parquet",
    "s3://hunter2:hunter2@lab/x.parquet",
    "postgres://u:hunter2@db/flights",
    "https://lab.org/x?X-Amz-Signature=hunter2",
    "https://lab.org/x?a=1&X-Amz-Credential=hunter2",
    "https://lab.org/x?X-Amz-Security-Token=hunter2",
    "https://lab.org/x?X-Goog-Signature=hunter2",
    "https://blob.core.windows.net/x?sv=1&sig=hunter2",
    "https://lab.org/x?token=hunter2",
    "https://lab.org/x?access_token=hunter2",
    "https://lab.org/x?%74oken=hunter2",
    "https://lab.org/x?password=hunter2",
    "https://lab.org/x?api_key=hunter2",
    "https://lab.org/x#access_token=hunter2",
    "https://lab.org/x;token=hunter2",
    "https://lab.org/x?tokenhunter2",
    "s3://lab/x?AWSAccessKeyId=hunter2",
  ])("%s", (secret) => {
    let error: unknown;
    try {
      remoteReference({ uri: secret });
    } catch (caught) {
      error = caught;
    }
    expect(error).toMatchObject({ code: "secret-in-reference" });
    const { message, stack, facts } = error as Error & { facts: unknown };
    expect(message + stack + JSON.stringify(facts)).not.toContain("hunter2");
    expect(() => remoteReference({ uri, note: `see ${secret}` })).toThrow(/secret|refused/);
  });

  test.each([
    "s3://lab/a b.parquet",
    "https://lab.org/x?version=3&part=2",
    "file:///data/x.parquet",
    "https://lab.org/@me/x",
  ])("but not %s", (plain) => {
    expect(remoteReference({ uri: plain }).uri).toBe(plain);
  });
});

test.each<[string, object]>([
  ["no address", {}],
  ["a path", { uri: "flights.parquet" }],
  ["spaces around it", { uri: ` ${uri}` }],
  ["a checksum in another form", { uri, checksum: "md5:abc" }],
  ["a negative length", { uri, byteLength: -1 }],
  ["a schema that is none", { uri, schema: [{ name: "a" }] }],
  ["a note that is no text", { uri, note: 5 }],
])("a reference with %s is refused", (_, fields) => {
  expect(() => remoteReference(fields as ReferenceFields)).toThrow(
    expect.objectContaining({ code: "invalid-reference" }),
  );
});
