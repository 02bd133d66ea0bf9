import { type BlobRecord, bytesCodec, bytesSource, decodeStructured, structuredCodec } from "@larder/core";
import { describe, expect, it } from "vitest";

const record: BlobRecord = { codec: "", byteLength: 0, checksum: "", createdAt: 0 };

describe("the structured codec", () => {
  it("accepts plain data and nothing else", () => {
    expect(structuredCodec.name).toBe("larder.structured.1");
    for (const value of [null, undefined, 1, "x", { a: [new Date()] }, Buffer.from("x")]) {
      expect(structuredCodec.accepts(value)).toBe(true);
    }
    for (const value of [() => 1, Symbol("x"), new (class Point {})(), { a: Promise.resolve() }]) {
      expect(structuredCodec.accepts(value)).toBe(false);
    }
  });

  it("brings a Buffer back as a Buffer", async () => {
    const { bytes } = await structuredCodec.encode(Buffer.from("abc"));
    const back = await structuredCodec.decode(bytesSource(bytes), record);
    expect(Buffer.isBuffer(back)).toBe(true);
    expect(String(back)).toBe("abc");
  });

  it("never stores what a value was when it was accepted, once other code has run", async () => {
    const value = { count: 1 };
    structuredCodec.accepts(value);
    await Promise.resolve();
    value.count = 2;
    expect(decodeStructured((await structuredCodec.encode(value)).bytes)).toEqual({ count: 2 });
  });

  it("encodes each value asked for, in whatever order values are accepted", async () => {
    const one = { name: "one" };
    const two = { name: "two" };
    structuredCodec.accepts(one);
    structuredCodec.accepts(two);
    const first = structuredCodec.encode(one);
    const second = structuredCodec.encode(two);
    expect(decodeStructured((await first).bytes)).toEqual(one);
    expect(decodeStructured((await second).bytes)).toEqual(two);
  });
});

describe("the bytes codec", () => {
  it("accepts a Uint8Array that would come back exactly, and nothing else", () => {
    expect(bytesCodec.name).toBe("larder.bytes.1");
    expect(bytesCodec.accepts(new Uint8Array(3))).toBe(true);
    expect(bytesCodec.accepts(new Uint8Array(3).subarray(1))).toBe(true);
    const refused = [
      Buffer.from("x"),
      new Uint8ClampedArray(1),
      new Int8Array(1),
      new ArrayBuffer(1),
      [1],
      "x",
      null,
      new Uint8Array(new SharedArrayBuffer(1)),
      Object.assign(new Uint8Array(1), { a: 1 }),
      new Proxy(new Uint8Array(1), {}),
      new (class Bytes extends Uint8Array {})(1),
    ];
    for (const value of refused) expect(bytesCodec.accepts(value)).toBe(false);
  });

  it("brings bytes back in memory of their own", async () => {
    const { bytes } = await bytesCodec.encode(Uint8Array.of(1, 2, 3));
    const stored = Uint8Array.from(bytes);
    const back = await bytesCodec.decode(bytesSource(stored), record);
    stored.fill(0);
    expect([...back]).toEqual([1, 2, 3]);
    expect(Object.getPrototypeOf(back)).toBe(Uint8Array.prototype);
  });
});
