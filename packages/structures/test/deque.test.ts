import { MemoryCache, type ValueCodec } from "@larder/core";
import { openDeque } from "@larder/structures";
import { expect, test } from "vitest";

test("a deque longer than one page of its iteration is walked whole, both ways", async () => {
  const deque = openDeque<number>({ backend: new MemoryCache(), name: "long" });
  const numbers = Array.from({ length: 200 }, (_, i) => i);
  await deque.pushBack(...numbers);
  expect(await all(deque)).toEqual(numbers);
  expect(await all(deque.values({ reverse: true }))).toEqual([...numbers].reverse());
});

test("deques of two names, and a name that begins like another, share nothing", async () => {
  const backend = new MemoryCache();
  const [one, two] = [openDeque({ backend, name: "a" }), openDeque({ backend, name: "a/b" })];
  await one.pushBack(1);
  await two.pushBack(2, 3);
  expect([await one.length(), await two.length()]).toEqual([1, 2]);
  expect(await one.clear()).toBe(1);
  expect(await two.popFront()).toBe(2);
});

test("a value that can't be stored is refused with its path, and none of its push is there", async () => {
  const deque = openDeque({ backend: new MemoryCache(), name: "d" });
  await expect(deque.pushBack(1, { run: () => 1 })).rejects.toMatchObject({
    code: "uncacheable-value",
    message: expect.stringContaining("$.run"),
  });
  expect(await deque.length()).toBe(0);
});

test("a value whose codec is not here, or fails, stays where it is", async () => {
  const backend = new MemoryCache();
  let fails = false;
  const codec: ValueCodec = {
    name: "test.date.1",
    accepts: (value) => value instanceof Date,
    encode: (value) => ({ bytes: Buffer.from((value as Date).toISOString()) }),
    async decode(source) {
      if (fails) throw new Error("can't read dates today");
      return new Date(Buffer.from(await source.slice(0)).toString());
    },
  };
  const deque = openDeque<Date>({ backend, name: "d", codecs: [codec] });
  const noon = new Date("2026-11-27T12:00:00Z");
  await deque.pushBack(noon);
  await expect(openDeque({ backend, name: "d" }).popFront()).rejects.toMatchObject({ code: "unknown-codec" });
  fails = true;
  await expect(deque.popFront()).rejects.toThrow("can't read dates today");
  fails = false;
  expect(await deque.length()).toBe(1);
  expect(await deque.popFront()).toEqual(noon);
  expect(await deque.length()).toBe(0);
});

test("bytes pushed may be overwritten by their owner at once", async () => {
  const deque = openDeque<Uint8Array>({ backend: new MemoryCache(), name: "d" });
  const bytes = Uint8Array.of(1, 2, 3);
  const pushing = deque.pushBack(bytes);
  bytes.fill(9);
  await pushing;
  expect(await deque.popBack()).toEqual(Uint8Array.of(1, 2, 3));
});

test("a backend without transactions, a bad name and a bad length are refused by name", () => {
  const five = { supports: {} } as unknown as MemoryCache;
  expect(() => openDeque({ backend: five, name: "d" })).toThrow(/capability 'transactions'/);
  const backend = new MemoryCache();
  for (const name of ["", "a{b", "}", "\ud800", "x".repeat(201)]) {
    expect(() => openDeque({ backend, name })).toThrow(expect.objectContaining({ code: "invalid-name" }));
  }
  expect(() => openDeque({ backend, name: "d", maxLength: 0 })).toThrow(
    /'maxLength' must be a whole number, 1 or more/,
  );
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}
