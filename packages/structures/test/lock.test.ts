import { type CacheBackend, currentOwner, MemoryCache, type Transactions } from "@larder/core";
import { openLock, openSemaphore } from "@larder/structures";
import { expect, test } from "vitest";
import { testClock } from "./test-clock.js";

function lockOfTest({ reentrant = false } = {}) {
  const clock = testClock();
  const backend = new MemoryCache();
  const settings = { backend, name: "l", clock, ...clock.pace, reentrant };
  return { clock, backend, settings, lock: openLock(settings) };
}

test("one holder at a time: the next gets the lock when it is released, and who waits too long is told who has it", async () => {
  const { lock, settings, clock } = lockOfTest();
  const first = await lock.acquire();
  const started = clock.steady();
  await expect(openLock(settings).acquire({ waitSeconds: 3 })).rejects.toMatchObject({
    code: "wait-timeout",
    message: expect.stringContaining(currentOwner()),
    facts: { name: "l", waitSeconds: 3, holders: [currentOwner()] },
  });
  expect(clock.steady() - started).toBe(3000);
  const waiting = lock.acquire();
  expect(await first.release()).toBe(true);
  expect(await first.release()).toBe(true);
  await (await waiting).release();
  await expect(first.extend()).rejects.toMatchObject({ code: "lease-lost" });
});

test("withLock keeps many callers apart, releases when its function throws, and gives back what it returns", async () => {
  const { lock } = lockOfTest();
  let inside = 0;
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      lock.withLock(async () => {
        expect(++inside).toBe(1);
        await Promise.resolve();
        inside--;
        return i;
      }),
    ),
  );
  expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i));
  await expect(lock.withLock(() => Promise.reject(new Error("failed inside")))).rejects.toThrow("failed inside");
  await using permit = await lock.acquire({ waitSeconds: 0 });
  expect(permit.lost.aborted).toBe(false);
});

test("a lock whose time is over is taken over, and the one who had it is told", async () => {
  const { lock, clock } = lockOfTest();
  const slow = await lock.acquire({ ttlSeconds: 10 });
  clock.advance(9_000);
  await slow.extend();
  clock.advance(9_999);
  await expect(lock.acquire({ waitSeconds: 0 })).rejects.toMatchObject({ code: "wait-timeout" });
  clock.advance(2);
  const next = await lock.acquire({ waitSeconds: 0 });
  await expect(slow.extend()).rejects.toMatchObject({ code: "lease-lost" });
  expect(slow.lost.aborted).toBe(true);
  expect(slow.lost.reason).toMatchObject({ code: "lease-lost", facts: { name: "l" } });
  expect(await slow.release()).toBe(false);
  await expect(lock.acquire({ waitSeconds: 0 })).rejects.toMatchObject({ code: "wait-timeout" });
  expect(await next.release()).toBe(true);
});

test("the end of its time is announced without anybody asking", async () => {
  const lock = openLock({ backend: new MemoryCache(), name: "l" });
  const permit = await lock.acquire({ ttlSeconds: 0.02 });
  await new Promise((resolve) => permit.lost.addEventListener("abort", resolve, { once: true }));
  expect(permit.lost.reason).toMatchObject({ code: "lease-lost" });
});

test("setting the wall clock neither frees a lock at once nor blocks it for days, in this boot and in the next", async () => {
  for (const days of [-30, 30]) {
    const { lock, clock } = lockOfTest();
    const permit = await lock.acquire({ ttlSeconds: 10 });
    clock.setWall(clock.now() + days * 86_400_000);
    await expect(lock.acquire({ waitSeconds: 9.99 })).rejects.toMatchObject({ code: "wait-timeout" });
    await permit.extend();
    clock.advance(5_000);
    clock.reboot();
    clock.setWall(clock.now() - days * 86_400_000);
    const started = clock.steady();
    await lock.acquire({ waitSeconds: 60 });
    // Ahead: over at once, for all that can be told. Back: one span at most.
    const expected = days === -30 ? 0 : 10_000;
    expect(Math.abs(clock.steady() - started - expected)).toBeLessThan(100);
  }
});

test("an owner of whom nobody can tell whether it lives keeps its lock for a minute, or for its time to live", async () => {
  const { lock, clock, backend } = lockOfTest();
  const key = "{lock:l}/elsewhere";
  const elsewhere = currentOwner().replace(/^\w+/, "00000000");
  const asIfElsewhere = async (ttlSeconds?: number) => {
    await lock.acquire(ttlSeconds === undefined ? {} : { ttlSeconds });
    await (backend as CacheBackend & Transactions).transaction((view) => {
      const [held] = view.keys({ prefix: "{lock:l}/" });
      const blob = view.get(held!)!;
      const permit = { ...(blob.record.details!.permit as object), owner: elsewhere };
      view.delete(held!);
      view.set(key, { ...blob, record: { ...blob.record, details: { permit } } });
    });
  };
  await asIfElsewhere();
  await expect(lock.acquire({ waitSeconds: 59.9 })).rejects.toMatchObject({ facts: { holders: [elsewhere] } });
  await (await lock.acquire({ waitSeconds: 0.2 })).release();
  await asIfElsewhere(300);
  await expect(lock.acquire({ waitSeconds: 299 })).rejects.toMatchObject({ code: "wait-timeout" });
  clock.advance(1_000);
  await lock.acquire({ waitSeconds: 0 });
});

test("waiting ends with the signal, and its reason", async () => {
  const { lock } = lockOfTest();
  await lock.acquire();
  const controller = new AbortController();
  const waiting = lock.acquire({ signal: controller.signal });
  controller.abort(new Error("no longer needed"));
  await expect(waiting).rejects.toThrow("no longer needed");
});

test("a re-entrant lock is acquired again by whoever runs within it, and is free when all have released it", async () => {
  const { lock, settings } = lockOfTest({ reentrant: true });
  const same = openLock(settings);
  const once = { waitSeconds: 0 };
  let detached: Promise<unknown> | undefined;
  let release: () => void = () => undefined;
  const afterwards = new Promise<void>((resolve) => {
    release = resolve;
  });
  await lock.withLock(async () => {
    await same.withLock(() => lock.withLock(() => undefined, once), once);
    const again = await lock.acquire(once);
    await again.release();
    await again.release(); // does not count twice
    await expect(openLock({ ...settings, reentrant: false }).acquire(once)).rejects.toMatchObject({
      code: "wait-timeout",
    });
    detached = afterwards.then(() => lock.acquire(once));
  });
  const other = await lock.acquire(once);
  release();
  // It began within the lock, which is released: somebody else has it now.
  await expect(detached).rejects.toMatchObject({ code: "wait-timeout" });
  await other.release();
});

test("a lock that is not re-entrant, acquired again from within, waits for itself", async () => {
  const { lock } = lockOfTest();
  await lock.withLock(async () => {
    await expect(lock.acquire({ waitSeconds: 1 })).rejects.toMatchObject({ code: "wait-timeout" });
  });
});

test("a semaphore admits as many as it has permits, and one more when one is released", async () => {
  const clock = testClock();
  const semaphore = openSemaphore({ backend: new MemoryCache(), name: "s", permits: 3, clock, ...clock.pace });
  const held = await Promise.all([semaphore.acquire(), semaphore.acquire(), semaphore.acquire()]);
  await expect(semaphore.acquire({ waitSeconds: 1 })).rejects.toMatchObject({ code: "wait-timeout" });
  await held[1]!.release();
  let most = 0;
  let inside = 2;
  await Promise.all(
    Array.from({ length: 10 }, () =>
      semaphore.withPermit(async () => {
        most = Math.max(most, ++inside);
        await Promise.resolve();
        inside--;
      }),
    ),
  );
  expect(most).toBe(3);
});
