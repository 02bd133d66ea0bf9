import { bytesSource, encodeStructured } from "@larder/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itemBase, itemKeys, mapValueDigest } from "../../src/map/item-keys.js";
import { ItemList, itemListCodec, makeItemList } from "../../src/map/item-list.js";

const digest = (digit: string) => digit.repeat(64);

describe("the list of a map's items", () => {
  it("has the bytes it always had", async () => {
    const inline = encodeStructured({ n: 1 });
    const list = makeItemList(
      digest("b"),
      [
        { itemDigest: digest("1"), valueDigest: digest("2"), costSeconds: 0.5, inline },
        { itemDigest: digest("3"), valueDigest: digest("4"), costSeconds: 2, inline: undefined },
      ],
      1_700_000_000_000,
    );
    const { bytes, details } = await itemListCodec.encode(list);
    expect(Buffer.from(bytes).toString("hex")).toBe(
      [
        "0200000000000000", // two items
        "00008056febc7842", // time of the oldest
        digest("b"),
        digest("1") + digest("3"),
        digest("2") + digest("4"),
        "0000003f00000040", // seconds
        "0900000000000000", // one more than eight bytes, none
        Buffer.from(inline).toString("hex"),
      ].join(""),
    );
    expect(details).toEqual({ items: 2, oldest: 1_700_000_000_000 });
    expect(itemListCodec.name).toBe("larder.item-list.1");
  });

  it("reads what it wrote", () => {
    const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
    const item = fc.record({
      itemDigest: hex,
      valueDigest: hex,
      costSeconds: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
      inline: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(
        hex,
        fc.array(item, { maxLength: 8 }),
        fc.integer({ min: 0, max: 2 ** 45 }),
        (base, items, oldest) => {
          const list = new ItemList(makeItemList(base, items, oldest).bytes);
          expect([list.base, list.count, list.oldest]).toEqual([base, items.length, oldest]);
          for (const [index, { itemDigest, valueDigest, costSeconds, inline }] of items.entries()) {
            expect(list.itemDigest(index)).toBe(itemDigest);
            expect(list.valueDigest(index)).toBe(valueDigest);
            expect(list.cost(index)).toBe(costSeconds);
            const read = list.inline(index);
            expect(read && [...read]).toEqual(inline && [...inline]);
          }
        },
      ),
    );
  });

  it("is damaged when it is cut, longer, or tells another number of items", async () => {
    const list = makeItemList(
      digest("b"),
      [{ itemDigest: digest("1"), valueDigest: digest("2"), costSeconds: 1, inline: Buffer.from("abc") }],
      0,
    );
    const decode = async (bytes: Uint8Array) => itemListCodec.decode(bytesSource(bytes), {} as never);
    for (let length = 0; length < list.bytes.byteLength; length++) {
      await expect(decode(list.bytes.slice(0, length))).rejects.toThrow(RangeError);
    }
    await expect(decode(Buffer.concat([list.bytes, Buffer.of(0)]))).rejects.toThrow(RangeError);
    for (const count of [0, 2, 2 ** 32 - 1]) {
      const other = Buffer.from(list.bytes);
      other.writeUInt32LE(count, 0);
      await expect(decode(other)).rejects.toThrow(RangeError);
    }
  });

  it("has keys that tell bases and items apart, the same for ever", () => {
    const own = { codeHash: digest("a"), envHash: digest("b"), inputsHash: digest("c") };
    const base = itemBase(own, []);
    expect(base).toBe(golden.base);
    expect(itemKeys(base)(digest("1"))).toBe(golden.key);
    expect(mapValueDigest(Buffer.alloc(64, 7))).toBe(golden.value);
    const others = [
      itemBase({ ...own, codeHash: digest("d") }, []),
      itemBase({ ...own, envHash: digest("d") }, []),
      itemBase({ ...own, inputsHash: digest("d") }, []),
      itemBase(own, [{ input: "a", token: `v:${digest("1")}` }]),
      itemBase(own, [{ input: "b", token: `v:${digest("1")}` }]),
      itemBase(own, [{ input: "a", token: `v:${digest("2")}` }]),
    ];
    expect(new Set([base, ...others]).size).toBe(7);
    expect(itemKeys(base)(digest("2"))).not.toBe(itemKeys(base)(digest("1")));
  });
});

const golden = {
  base: "8f72a38ce93afe24c4faed3159ac780fecd442df3e19df56bece253b8ff9eeed",
  key: "6e899308ba05e4d44bfb89a4dd15d2e997eaf27036155224a0a8e73b8d82c5e4",
  value: "265c84bc9b8dd0d4fc2654926db3d8b36b8bbc7446271211ef68a00c1c3f6fd5",
};
