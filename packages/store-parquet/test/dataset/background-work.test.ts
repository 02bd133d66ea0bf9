import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backgroundWork } from "../../src/dataset/background-work.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("work begins once it has been quiet for a while, and is done once however often it was asked for", async () => {
  const background = backgroundWork();
  const work = vi.fn(async () => {});
  for (let i = 0; i < 100; i++) {
    background.soon(work);
    await vi.advanceTimersByTimeAsync(1900);
  }
  expect(work).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(100);
  expect(work).toHaveBeenCalledTimes(1);
});

test("work that is asked for without end begins all the same", () => {
  const background = backgroundWork();
  const work = vi.fn(async () => {});
  for (let i = 0; i < 1000; i++) background.soon(work);
  expect(work.mock.calls.length).toBe(7);
});

test("who settles it begins what waits, and waits for all", async () => {
  const background = backgroundWork();
  const done: string[] = [];
  background.soon(async () => {
    await Promise.resolve();
    done.push("first");
  });
  await background.settle();
  background.soon(async () => void done.push("second"));
  await background.settle();
  expect(done).toEqual(["first", "second"]);
});
