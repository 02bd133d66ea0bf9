import { MemoryCache, type ValueCodec } from "@larder/core";
import { openQueue, type QueueOptions } from "@larder/structures";
import { expect, test } from "vitest";
import { testClock } from "./test-clock.js";

const leaseSeconds = 10;

function queueOfTest(options: Partial<QueueOptions> = {}) {
  const clock = testClock();
  const backend = new MemoryCache();
  const settings = { backend, name: "q", clock, ...clock.pace, ...options };
  return { clock, backend, settings, queue: openQueue<string>(settings) };
}

test("an item that fails five times is a dead letter with its last error, and can be requeued or removed", async () => {
  const { queue } = queueOfTest();
  await queue.put("bad");
  await queue.put("worse");
  for (let attempt = 1; attempt <= 5; attempt++) {
    const delivery = await queue.take({ leaseSeconds });
    expect(delivery).toMatchObject({ value: "bad", attempt });
    await delivery!.release(new TypeError(`failed for the ${attempt}. time`));
  }
  const [letter] = await all(queue.deadLetters());
  expect(letter).toMatchObject({ attempts: 5, lastError: "TypeError: failed for the 5. time" });
  expect(await letter!.value()).toBe("bad");
  expect(await queue.stats()).toEqual({ ready: 1, leased: 0, delayed: 0, dead: 1 });
  expect(await letter!.requeue()).toBe(true);
  expect(await letter!.requeue()).toBe(false);
  expect(await queue.take({ leaseSeconds })).toMatchObject({ value: "bad", attempt: 1 });
  await (await queue.take({ leaseSeconds }))!.acknowledge();
});

test("an item whose lease ended is delivered again, and the one who was late can't acknowledge, release or extend it", async () => {
  const { queue, clock } = queueOfTest();
  await queue.put("job");
  const late = (await queue.take({ leaseSeconds }))!;
  clock.advance(9_999);
  expect(await queue.take({ leaseSeconds })).toBeUndefined();
  clock.advance(2);
  const again = (await queue.take({ leaseSeconds }))!;
  expect(again).toMatchObject({ value: "job", attempt: 2 });
  for (const attempt of [() => late.acknowledge(), () => late.release(), () => late.extend()]) {
    await expect(attempt()).rejects.toMatchObject({ code: "lease-lost", message: expect.stringContaining("'q'") });
  }
  await again.acknowledge();
  await expect(again.acknowledge()).rejects.toMatchObject({ code: "lease-lost" });
  expect(await queue.stats()).toEqual({ ready: 0, leased: 0, delayed: 0, dead: 0 });
});

test("extending a lease keeps the item", async () => {
  const { queue, clock } = queueOfTest();
  await queue.put("long job");
  const delivery = (await queue.take({ leaseSeconds }))!;
  for (let i = 0; i < 5; i++) {
    clock.advance(9_000);
    await delivery.extend();
  }
  await delivery.extend({ leaseSeconds: 3600 });
  clock.advance(3_599_000);
  expect(await queue.take({ leaseSeconds })).toBeUndefined();
  await delivery.acknowledge();
});

test("after a boot leases and delays go by the wall clock, and a clock set back or ahead costs one span at most", async () => {
  for (const [jumpMs, waits] of [
    [0, 7_000],
    [-86_400_000 * 30, 10_000],
    [86_400_000 * 30, 0],
  ] as const) {
    const { queue, clock } = queueOfTest();
    await queue.put("later", { delaySeconds: 10 });
    clock.advance(3_000);
    clock.reboot();
    clock.setWall(clock.now() + jumpMs);
    if (waits > 0) {
      expect(await queue.take({ leaseSeconds })).toBeUndefined();
      clock.advance(waits - 1);
      expect(await queue.take({ leaseSeconds })).toBeUndefined();
      clock.advance(2);
    }
    expect((await queue.take({ leaseSeconds }))?.value).toBe("later");
  }
});

test("take waits for what is put or due meanwhile, at most as long as asked, and ends with its signal", async () => {
  const { queue, clock } = queueOfTest();
  await queue.put("later", { delaySeconds: 3 });
  const before = clock.steady();
  expect(await queue.take({ leaseSeconds, waitSeconds: 2 })).toBeUndefined();
  expect(clock.steady() - before).toBe(2000);
  expect((await queue.take({ leaseSeconds, waitSeconds: 60 }))?.value).toBe("later");
  expect(clock.steady() - before).toBeLessThan(3200);
  const reason = new Error("enough");
  const controller = new AbortController();
  const waiting = queue.take({ leaseSeconds, waitSeconds: Infinity, signal: controller.signal });
  controller.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test("an item that can't be decoded is a dead letter in the end, and holds up no other", async () => {
  const broken: ValueCodec = {
    name: "test.broken.1",
    accepts: (value) => value === "broken",
    encode: () => ({ bytes: new Uint8Array(1) }),
    decode: () => Promise.reject(new Error("can't decode")),
  };
  const { queue, settings } = queueOfTest({ codecs: [broken] });
  await queue.put("broken");
  await queue.put("sound");
  await expect(openQueue({ ...settings, codecs: [] }).take({ leaseSeconds })).rejects.toMatchObject({
    code: "unknown-codec",
  });
  expect((await queue.take({ leaseSeconds }))?.value).toBe("sound");
  const [letter] = await all(queue.deadLetters());
  expect(letter).toMatchObject({ attempts: 5, lastError: "Error: can't decode" });
  expect(await letter!.remove()).toBe(true);
  expect((await queue.stats()).dead).toBe(0);
});

test("an item of which the backend lost the value is passed over", async () => {
  const { queue, backend } = queueOfTest();
  const id = await queue.put("lost");
  await queue.put("kept");
  await backend.deleteBlob(`{queue:q}/item/${id}`);
  expect((await queue.take({ leaseSeconds }))?.value).toBe("kept");
  expect(await queue.take({ leaseSeconds })).toBeUndefined();
  expect(await queue.stats()).toEqual({ ready: 0, leased: 1, delayed: 0, dead: 0 });
});

test("five hundred items that are due at once are all delivered", async () => {
  const { queue, clock } = queueOfTest();
  await queue.putMany(
    Array.from({ length: 500 }, (_, i) => `item ${i}`),
    { delaySeconds: 1 },
  );
  clock.advance(1_001);
  for (let i = 0; i < 500; i++) {
    const delivery = (await queue.take({ leaseSeconds }))!;
    expect(delivery.value).toBe(`item ${i}`);
    await delivery.acknowledge();
  }
  expect(await queue.stats()).toEqual({ ready: 0, leased: 0, delayed: 0, dead: 0 });
});

test("options out of range are refused by name", async () => {
  const { queue, settings } = queueOfTest();
  const invalid = (option: string) => ({ code: "invalid-option", facts: { option, expected: expect.any(String) } });
  await expect(queue.put("x", { priority: 0.5 })).rejects.toMatchObject(invalid("priority"));
  await expect(queue.put("x", { delaySeconds: -1 })).rejects.toMatchObject(invalid("delaySeconds"));
  await expect(queue.take({ leaseSeconds: 0 })).rejects.toMatchObject(invalid("leaseSeconds"));
  await expect(queue.take({ leaseSeconds, waitSeconds: -1 })).rejects.toMatchObject(invalid("waitSeconds"));
  expect(() => openQueue({ ...settings, maxAttempts: 0 })).toThrow(/'maxAttempts'/);
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}
