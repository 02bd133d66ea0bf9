import { expect, test } from "vitest";
import { runProgram } from "./run-program.js";
import { sharedPlace } from "./shared-place.js";

test("four processes of two threads put and take 2,000 items: each is delivered exactly once while nobody dies", async () => {
  const place = sharedPlace();
  const [processes, threads, each] = [4, 2, 250];
  const args = [String(each), String(processes * threads)];
  await Promise.all(
    Array.from({ length: processes }, (_, i) =>
      runProgram("two-threads", ["produce-and-consume", place.path, `p${i}`, ...args]),
    ),
  );
  const expected = Array.from({ length: processes * threads * each }, (_, i) => {
    const worker = Math.floor(i / each);
    return `p${Math.floor(worker / threads)}-${worker % threads}/${i % each}`;
  });
  const delivered = place.log().map(([, , value]) => value!);
  expect(delivered.toSorted()).toEqual(expected.toSorted());
}, 120_000);
