import type { TransactionView } from "@larder/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { BundleCounts } from "../../src/cached/folio-store.js";
import { type PendingAccess, pendingCounts } from "../../src/cached/pending-counts.js";
import { startProgram } from "./start-program.js";
import { movedClock, openStore, putText, temporaryFolder, url } from "./stores.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function scene() {
  const clock = movedClock(1_000);
  const accesses = new Map<string, PendingAccess>();
  const counts = new Map<string, BundleCounts>();
  let transactions = 0;
  let fails = 0;
  const transact = async (body: (view: TransactionView) => void) => {
    transactions++;
    if (fails-- > 0) throw new Error("the disk is full");
    body({} as TransactionView);
  };
  const rows = {
    addAccess: (_view: TransactionView, key: string, { times, last }: PendingAccess) => {
      accesses.set(key, { times: (accesses.get(key)?.times ?? 0) + times, last });
    },
    addCounts: (_view: TransactionView, address: string, more: BundleCounts) => {
      counts.set(address, { ...more, hits: (counts.get(address)?.hits ?? 0) + more.hits });
    },
  };
  const pending = pendingCounts(transact, rows, clock);
  const failNext = (times: number) => {
    fails = times;
  };
  return { clock, pending, accesses, counts, failNext, transactions: () => transactions };
}

test("whatever is counted within a second is written in one transaction, and nothing when nothing was", async () => {
  const { clock, pending, accesses, counts, transactions } = scene();
  for (let i = 0; i < 400; i++) pending.touch(`item ${i % 3}`);
  pending.count(url, { hits: 5 });
  await vi.advanceTimersByTimeAsync(999);
  expect(transactions()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(transactions()).toBe(1);
  expect(accesses.get("item 0")).toEqual({ times: 134, last: 1_000 });
  expect(counts.get(url)?.hits).toBe(5);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(transactions()).toBe(1);
  clock.advance(5);
  pending.touch("item 0");
  expect(pending.accesses("item 0")).toEqual({ times: 1, last: 6_000 });
  await pending.flush();
  expect(accesses.get("item 0")).toEqual({ times: 135, last: 6_000 });
  expect(pending.accesses("item 0")).toBeUndefined();
});

test("what could not be written is kept, counted once, and written with the next", async () => {
  const { pending, accesses, counts, failNext } = scene();
  for (let i = 0; i < 1_200; i++) pending.touch(`item ${i}`);
  pending.count(url, { hits: 2 });
  failNext(1);
  await expect(pending.flush()).rejects.toThrow("the disk is full");
  expect(pending.counts(url).hits).toBe(2);
  pending.touch("item 7");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(accesses.size).toBe(1_200);
  expect(accesses.get("item 7")?.times).toBe(2);
  expect(counts.get(url)?.hits).toBe(2);
});

test("what is forgotten is not written any more", async () => {
  const { pending, accesses, counts } = scene();
  pending.touch("a");
  pending.touch("b");
  pending.count(url, { hits: 1 });
  pending.forgetAccesses(["a"]);
  pending.forgetCounts(url);
  await pending.flush();
  expect([...accesses.keys()]).toEqual(["b"]);
  expect(counts.size).toBe(0);
  pending.touch("c");
  pending.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(accesses.has("c")).toBe(false);
});

test("a process that has counted something and does not close its store ends all the same", async () => {
  vi.useRealTimers();
  const directory = temporaryFolder();
  const { code, output, errors } = await startProgram("touch-and-leave", [directory]).ended;
  expect({ code, output, errors }).toEqual({ code: 0, output: ["counted"], errors: "" });
  expect((await (await openStore({ directory })).item(url, "a"))?.name).toBe("a");
}, 60_000);

test("what was confirmed counts at once, is written with the accesses, and only for the content it was said of", async () => {
  const directory = temporaryFolder();
  const store = await openStore({ directory });
  const content = await putText(store, "a", "text");
  await putText(store, "b", "other text");
  store.touch(url, "a", { content, at: 50_000 });
  store.touch(url, "a");
  store.touch(url, "b", { content, at: 50_000 });
  expect(await store.item(url, "a")).toMatchObject({ lastVerified: 50_000, accessCount: 2 });
  expect(await store.item(url, "b")).toMatchObject({ lastVerified: 2_000, accessCount: 1 });
  // Later by another way: what was confirmed before does not take it back.
  await store.changeItem(url, "a", { lastVerified: 60_000 });
  expect((await store.item(url, "a"))?.lastVerified).toBe(60_000);
  store.touch(url, "a", { content, at: 70_000 });
  await store.close();
  const again = await openStore({ directory });
  expect(await again.item(url, "a")).toMatchObject({ lastVerified: 70_000, accessCount: 3 });
  expect(await again.item(url, "b")).toMatchObject({ lastVerified: 2_000, accessCount: 1 });
});
