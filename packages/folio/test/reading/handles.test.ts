import { readdir, readlink } from "node:fs/promises";
import { MemoryCache } from "@larder/core";
import { expect, onTestFinished, test } from "vitest";
import { memoryStorage } from "../memory-storage.js";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const bytes = sampleBytes(3_000_000, 1);

/** Files within a folder that this process has open. */
async function openFiles(folder: string): Promise<string[]> {
  const links = await readdir("/proc/self/fd");
  const targets = await Promise.all(links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return targets.filter((target) => target.startsWith(folder));
}

const onLinux = test.runIf(process.platform === "linux");

onLinux("a stream that is destroyed before it is read leaves no file open", async () => {
  const { bundle, directory, open } = await folioGround();
  bundle.put("a", bytes);
  const folio = await open();
  await folio.get("a");
  const before = await openFiles(directory);
  for (let i = 0; i < 5; i++) {
    const stream = await folio.stream("a");
    const closed = new Promise((resolve) => stream.once("close", resolve));
    stream.destroy();
    await closed;
  }
  await expect.poll(async () => (await openFiles(directory)).length).toBe(before.length);
});

/** Unhandled rejections of this process while a test runs. */
function unhandled(): unknown[] {
  const reasons: unknown[] = [];
  const note = (reason: unknown) => void reasons.push(reason);
  process.prependListener("unhandledRejection", note);
  onTestFinished(() => void process.off("unhandledRejection", note));
  return reasons;
}

test("a get that is aborted at once ends with the reason, and leaves no rejection behind", async () => {
  const reasons = unhandled();
  const { server, bundle, events, open } = await folioGround();
  bundle.put("a", bytes);
  server.fault = () => ({ status: 503 });
  const folio = await open({ connect: { retry: { attempts: 1 } } });
  const controller = new AbortController();
  const reading = folio.get("a", { signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  await expect.poll(() => events).toContainEqual(expect.objectContaining({ type: "check", outcome: "failed" }));
  await new Promise((resolve) => setImmediate(resolve));
  await folio.close();
  expect(reasons).toEqual([]);
});

test("close waits for a check that its caller gave up before it closes the cache", async () => {
  const { open } = await folioGround();
  const storage = memoryStorage();
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    storage.before = () => {
      resolve();
      return new Promise((release) => {
        answer = release;
      });
    };
  });
  const folio = await open({ storage, cache: { backend: new MemoryCache() } });
  const controller = new AbortController();
  const reading = folio.get("a", { signal: controller.signal });
  await asked;
  controller.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  let closed = false;
  const closing = folio.close().then(() => {
    closed = true;
  });
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(false);
  answer();
  await closing;
});

test("a check that its caller gave up, of a remote that does not answer, is ended by close", {
  timeout: 10_000,
}, async () => {
  const { server, bundle, open } = await folioGround();
  bundle.put("a", bytes);
  const asked = new Promise<void>((resolve) => {
    server.fault = () => {
      resolve();
      return { stallAfterBytes: 0 };
    };
  });
  const folio = await open();
  const controller = new AbortController();
  const reading = folio.get("a", { signal: controller.signal });
  await asked;
  controller.abort(new Error("enough"));
  await expect(reading).rejects.toThrow("enough");
  await folio.close();
});
