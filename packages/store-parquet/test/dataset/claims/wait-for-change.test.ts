import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { waitForChange } from "../../../src/dataset/claims/wait-for-change.js";
import { sampleDirectory } from "../log/support/sample-dataset.js";

/** Long enough for a file system to tell of a change. */
const hintMs = 200;

test("a change while it is looked is not missed: the wait that follows ends at once", async () => {
  const directory = sampleDirectory();
  const woken: boolean[] = [];
  let looks = 0;
  await waitForChange(
    directory,
    async () => {
      looks++;
      // After the first wait, which ended by itself.
      if (looks === 3) {
        writeFileSync(join(directory, "new"), "");
        await delay(hintMs);
      }
      return looks === 4;
    },
    async (_ms, signal) => {
      woken.push(signal!.aborted);
    },
  );
  expect(woken).toEqual([false, true]);
});

test("an abort ends it with its reason", async () => {
  const abort = new AbortController();
  const reason = new Error("enough");
  const waiting = waitForChange(
    sampleDirectory(),
    async () => false,
    (ms, signal) => delay(ms, undefined, { signal }),
    abort.signal,
  );
  abort.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});
