import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openingLock, whileNobodyOpens, withOpeningLock } from "../src/opening-lock.js";
import { ownedFileName } from "../src/owned-file-name.js";
import { announcePresence } from "../src/presence.js";
import { cacheDirectory } from "./temporary-directory.js";

function directory(): string {
  const root = cacheDirectory();
  mkdirSync(join(root, "tmp"), { recursive: true });
  return root;
}

test("of many that open a directory at once one looks at the index at a time, and the lock leaves nothing behind", async () => {
  const root = directory();
  let inside = 0;
  const most: number[] = [];
  await Promise.all(
    Array.from({ length: 12 }, () =>
      withOpeningLock(root, async (held) => {
        expect(held).toBe(true);
        most.push(++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      }),
    ),
  );
  expect(most).toEqual(Array(12).fill(1));
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

test("the lock of a process that is dead, or that nobody can have made, is taken over", async () => {
  const root = directory();
  // This process, but started at another time: its id was used again.
  const dead = ownedFileName(".lock").replace(/-\d+-([0-9a-f]{16})/, "-1-$1");
  for (const content of [dead, "", "noise"]) {
    writeFileSync(join(root, "tmp", openingLock), content);
    utimesSync(join(root, "tmp", openingLock), 1, 1);
    expect(await withOpeningLock(root, async (held) => held)).toBe(true);
    expect(readdirSync(join(root, "tmp"))).toEqual([]);
  }
});

test("the lock is released when opening fails", async () => {
  const root = directory();
  const failing = withOpeningLock(root, async () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});

test("the index is not opened while someone writes to it, and nobody writes while it is opened", async () => {
  const root = directory();
  const presence = announcePresence(root);
  presence.writing(true);
  const order: string[] = [];
  const opening = withOpeningLock(root, async () => {
    order.push("opening");
    const writing = whileNobodyOpens(root, presence, () => order.push("writing"));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    order.push("opened");
    return { writing };
  });
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  order.push("written");
  presence.writing(false);
  await (await opening).writing;
  expect(order).toEqual(["written", "opening", "opened", "writing"]);
  presence.leave();
  expect(readdirSync(join(root, "tmp"))).toEqual([]);
});
