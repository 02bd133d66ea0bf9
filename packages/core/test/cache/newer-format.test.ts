import { expect, test } from "vitest";
import { type CacheEvent, LarderError, MemoryCache, type StoredBlob, type ValueCodec } from "../../src/index.js";
import { listeningCache } from "./listening-cache.js";

/** A codec for texts, in some version. */
function texts(version: number): ValueCodec {
  return {
    name: `test.text.${version}`,
    accepts: (value) => typeof value === "string",
    encode: (value) => ({ bytes: new TextEncoder().encode(`${version}:${value as string}`) }),
    decode: async (source) => new TextDecoder().decode(await source.slice(0)).replace(/^\d+:/, ""),
  };
}

async function written(version: number) {
  const backend = new MemoryCache();
  await listeningCache({ backend, codecs: [texts(version)] }).cache.set("k", "theirs");
  const before = (await backend.getBlob("k"))!;
  const older = listeningCache({ backend, codecs: [texts(9), texts(10)] });
  /** Whether what the newer version wrote is there, byte for byte. */
  const untouched = async () => {
    const now = await backend.getBlob("k");
    if (now === undefined || now.record.checksum !== before.record.checksum) return false;
    return Buffer.compare(await bytesOf(now), await bytesOf(before)) === 0;
  };
  return { ...older, backend, untouched };
}

async function bytesOf({ source }: StoredBlob): Promise<Uint8Array> {
  return source.slice(0);
}

test("a value in a newer format is a miss with a warning that names both versions", async () => {
  const { cache, events, untouched } = await written(11);
  expect(await cache.get("k")).toBeUndefined();
  expect(events).toEqual([
    expect.objectContaining({ type: "warning", code: "newer-format", key: "k" }),
    { type: "miss", key: "k", reason: "unreadable" },
  ]);
  const { message } = events[0] as Extract<CacheEvent, { type: "warning" }>;
  expect(message).toContain("'test.text.11'");
  expect(message).toContain("'test.text.10'");
  expect(message).toContain("Update Larder");
  expect(await cache.has("k")).toBe(false);
  expect(await cache.entry("k")).toBeUndefined();
  expect(await untouched()).toBe(true);
});

test("getOrSet gives the value it computes, and leaves one in a newer format as it is", async () => {
  const { cache, told, untouched } = await written(11);
  expect(await cache.getOrSet("k", () => "ours")).toBe("ours");
  expect(told()).toEqual(["warning newer-format", "miss k", "warning newer-format", "warning newer-format"]);
  expect(await untouched()).toBe(true);
});

test("whoever has met a newer format can't store, add or stream over it", async () => {
  const { cache, untouched } = await written(11);
  await cache.get("k");
  expect(await cache.set("k", "ours")).toMatchObject({ stored: false, reason: "newer-format" });
  expect(await cache.set("k", () => "no value")).toMatchObject({ stored: false, reason: "newer-format" });
  expect(await cache.add("k", "ours")).toMatchObject({ stored: false, reason: "newer-format" });
  async function* bytes() {
    yield Uint8Array.of(1);
  }
  await expect(cache.writeStream("k", bytes())).rejects.toMatchObject({ code: "newer-format" });
  expect(await untouched()).toBe(true);
});

test("it can be deleted, and then be stored anew", async () => {
  const { cache } = await written(11);
  await cache.get("k");
  expect(await cache.delete("k")).toBe(true);
  expect(await cache.set("k", "ours")).toMatchObject({ stored: true });
  expect(await cache.get("k")).toBe("ours");
});

test("what another process has stored in its place meanwhile may be replaced", async () => {
  const { cache, backend } = await written(11);
  await cache.get("k");
  await listeningCache({ backend, codecs: [texts(9)] }).cache.set("k", "of our version");
  expect(await cache.set("k", "ours")).toMatchObject({ stored: true });
});

test("an older version, another name, or one without a version is no newer format", async () => {
  for (const name of [
    "test.text.8",
    "test.other.11",
    "test.text",
    "test.text.x",
    "test.text.011",
    "other.test.text.11",
  ]) {
    const backend = new MemoryCache();
    await listeningCache({ backend, codecs: [{ ...texts(1), name }] }).cache.set("k", "theirs");
    const { cache, told } = listeningCache({ backend, codecs: [texts(9), texts(10)] });
    expect(await cache.getOrSet("k", () => "ours")).toBe("ours");
    expect(told(), name).toContain("warning unknown-codec");
    expect(await cache.get("k")).toBe("ours");
  }
});

test("a format that only the codec finds out to be newer is left as it is, too", async () => {
  const error = new LarderError("The text is in format 12, and format 10 is known.", { code: "newer-format" });
  const codec: ValueCodec = {
    ...texts(10),
    async decode(source) {
      const text = new TextDecoder().decode(await source.slice(0));
      if (text.startsWith("12:")) throw error;
      return text.slice(3);
    },
  };
  for (const how of ["get", "entry"] as const) {
    const backend = new MemoryCache();
    await listeningCache({ backend, codecs: [{ ...texts(12), name: codec.name }] }).cache.set("k", "theirs");
    const { checksum } = (await backend.getBlob("k"))!.record;
    const { cache, told } = listeningCache({ backend, codecs: [codec] });
    if (how === "get") {
      expect(await cache.get("k")).toBeUndefined();
      expect(told()).toEqual(["warning newer-format", "miss k"]);
      expect(await cache.getOrSet("k", () => "ours")).toBe("ours");
    } else {
      const entry = (await cache.entry("k"))!;
      await expect(entry.value()).rejects.toBe(error);
    }
    expect(await cache.set("k", "ours")).toMatchObject({ stored: false, reason: "newer-format" });
    expect((await backend.getBlob("k"))!.record.checksum).toBe(checksum);
    await cache.delete("k");
    expect(await cache.set("k", "ours")).toMatchObject({ stored: true });
  }
});
