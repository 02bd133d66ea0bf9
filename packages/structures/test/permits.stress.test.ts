import { DiskCache } from "@larder/disk-cache";
import { openDeque, openLock } from "@larder/structures";
import { expect, test } from "vitest";
import { runProgram, startProgram } from "./run-program.js";
import { sharedPlace } from "./shared-place.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
/** A waiting thread looks at least every 100 ms; the rest is for a machine that is busy. */
const atOnceMs = 1000;

test("the lock of a process that was killed is taken over at once", async () => {
  const place = sharedPlace();
  const holder = startProgram("hold-lock", [place.path, "holder"]);
  await holder.printed("held");
  const backend = new DiskCache({ directory: place.directory });
  const lock = openLock({ backend, name: "l" });
  await expect(lock.acquire({ waitSeconds: 0.1 })).rejects.toMatchObject({ code: "wait-timeout" });
  const waiting = lock.acquire();
  holder.child.kill("SIGKILL");
  await holder.ended;
  const ended = performance.now();
  await (await waiting).release();
  const milliseconds = performance.now() - ended;
  console.log(`taken over ${milliseconds.toFixed(0)} ms after the process had ended`);
  expect(milliseconds).toBeLessThan(atOnceMs);
  await backend.close();
}, 60_000);

test("the lock of a thread that was terminated is taken over at once, although its process lives", async () => {
  const output = await runProgram("outlive-thread", [sharedPlace().path, "main"]);
  const { early, milliseconds } = JSON.parse(output.at(-1)!) as { early: string; milliseconds: number };
  console.log(`taken over ${milliseconds.toFixed(0)} ms after the thread had ended`);
  expect(early).toBe("wait-timeout");
  expect(milliseconds).toBeLessThan(atOnceMs);
}, 60_000);

test("a semaphore of three never has a fourth holder in four processes of two threads", async () => {
  const place = sharedPlace();
  const names = ["a", "b", "c", "d"];
  await Promise.all(names.map((name) => runProgram("two-threads", ["share-semaphore", place.path, name, "3", "4"])));
  const moments = place.log().toSorted(([a], [b]) => Number(a) - Number(b));
  expect(moments).toHaveLength(4 * 2 * 2 * 4 * 2);
  let inside = 0;
  let most = 0;
  for (const [, what] of moments) {
    inside += what === "in" ? 1 : -1;
    most = Math.max(most, inside);
  }
  expect({ inside, most }).toEqual({ inside: 0, most: 3 });
}, 120_000);

test("a throttled function never starts more often in any span of time than it may, over three processes", async () => {
  const place = sharedPlace();
  const [count, perSeconds, calls] = [5, 0.4, 12];
  const args = [count, perSeconds, calls].map(String);
  await Promise.all(["a", "b", "c"].map((name) => runProgram("share-throttle", [place.path, name, ...args])));
  const starts = place
    .log()
    .map(([time]) => Number(time))
    .toSorted((a, b) => a - b);
  expect(starts).toHaveLength(3 * calls);
  const spans = starts.slice(count).map((start, i) => start - starts[i]!);
  console.log(`${count} starts took at least ${Math.min(...spans).toFixed(1)} ms of ${perSeconds * 1000}`);
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(perSeconds * 1000);
}, 60_000);

test("what four processes push to a deque is what they and the last one pop, each value once", async () => {
  console.log(`seed ${seed}`);
  const place = sharedPlace();
  await Promise.all(
    [1, 2, 3, 4].map((worker) => runProgram("share-deque", [place.path, `p${worker}`, "250", String(seed + worker)])),
  );
  const backend = new DiskCache({ directory: place.directory });
  const deque = openDeque<string>({ backend, name: "d" });
  const popped = place.log().flatMap(([, what, value]) => (what === "popped" ? [value!] : []));
  for (let left = await deque.length(); left > 0; left--) popped.push((await deque.popBack())!);
  const pushed = place.log().flatMap(([, what, value]) => (what === "pushed" ? [value!] : []));
  expect(popped.toSorted()).toEqual(pushed.toSorted());
  expect(pushed.length).toBeGreaterThan(400);
  await backend.close();
}, 120_000);
