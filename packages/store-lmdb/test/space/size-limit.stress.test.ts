import { once } from "node:events";
import { LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { openStore } from "../../src/open-store.js";
import { startProgram } from "../run-program.js";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";
import { diskUsage } from "./disk-usage.js";
import { expectExactAccount } from "./exact-account.js";
import { until } from "./until.js";

const mebibyte = 1024 * 1024;
const long = process.env.LARDER_FAULTS_LONG !== undefined;
const limitBytes = (long ? 200 : 12) * mebibyte;

test("four processes that write ten times the limit never pass it, and spare what is pinned or in use", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: limitBytes });
  const small = await sampleBlob(sampleBytes(500, 1), { pinned: true });
  const large = await sampleBlob(sampleBytes(300_000, 2), { pinned: true });
  const used = await sampleBlob(sampleBytes(400_000, 3));
  await backend.setBlob("pinned small", small);
  await backend.setBlob("pinned large", large);
  await backend.setBlob("in use", used);
  const open = await backend.getBlob("in use");
  const store = await openStore(directory, () => {});
  // From then on others know of it.
  await until(() => {
    store.environment.refresh();
    return store.environment.uses.keysIn({ limit: 1 }).length === 1;
  });

  const writers = [1, 2, 3, 4].map((worker) =>
    startProgram("write-past-limit", [directory, String(worker), String(limitBytes * 2.5)]),
  );
  let running = true;
  const ended = Promise.all(writers.map((writer) => writer.ended)).finally(() => {
    running = false;
  });
  let samples = 0;
  let mostBytes = 0;
  let mostOnDisk = 0;
  while (running) {
    const { sizeBytes, reservedBytes } = await backend.volume();
    mostBytes = Math.max(mostBytes, sizeBytes + reservedBytes);
    if (samples++ % 20 === 0) mostOnDisk = Math.max(mostOnDisk, diskUsage(directory));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  for (const { code, errors } of await ended) expect({ code, errors }).toEqual({ code: 0, errors: "" });

  expect(samples).toBeGreaterThan(100);
  expect(mostBytes).toBeLessThanOrEqual(limitBytes);
  // It was full: the limit is used, not shunned.
  expect(mostBytes).toBeGreaterThan(limitBytes * 0.9);
  expect(mostOnDisk).toBeLessThanOrEqual(limitBytes + Math.max(64 * mebibyte, limitBytes * 0.1));
  expect(await readBytes(backend, "pinned small")).toEqual(small.bytes);
  expect(await readBytes(backend, "pinned large")).toEqual(large.bytes);
  expect(await readBytes(backend, "in use")).toEqual(used.bytes);
  expect(await open!.source.slice(0)).toEqual(used.bytes);
  await open!.close!();
  await until(async () => {
    store.environment.refresh();
    return store.environment.uses.keysIn({ limit: 1 }).length === 0;
  });
  await store.leave();
  expect((await backend.volume()).reservedBytes).toBe(0);
  await expectExactAccount(directory);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
}, 300_000);

test("room that a killed process had reserved is there for the next who needs it", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: mebibyte, evictionPolicy: "none" });
  await backend.setBlob("first", await sampleBlob(sampleBytes(10, 1)));
  const writer = startProgram("hang-writing", [directory, "900000"]);
  await until(async () => (await backend.volume()).reservedBytes > 900_000);
  const blob = await sampleBlob(sampleBytes(800_000, 2));
  writer.child.kill("SIGKILL");
  await once(writer.child, "close");
  expect((await backend.volume()).reservedBytes).toBeGreaterThan(900_000);
  await backend.setBlob("second", blob);
  expect((await backend.volume()).reservedBytes).toBe(0);
  await expectExactAccount(directory);
  await backend.close();
});

test("room that a killed process had reserved is given back when the directory is opened", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: mebibyte });
  await backend.setBlob("first", await sampleBlob(sampleBytes(10, 1)));
  const writer = startProgram("hang-writing", [directory, "900000"]);
  await until(async () => (await backend.volume()).reservedBytes > 900_000);
  await backend.close();
  writer.child.kill("SIGKILL");
  await once(writer.child, "close");
  const again = new LmdbBackend({ directory });
  expect((await again.volume()).reservedBytes).toBe(0);
  expect((await again.volume()).limitBytes).toBe(mebibyte);
  await again.close();
});

test("a write that finds all room reserved by a living process waits for it, and is refused only in the end", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: mebibyte });
  await backend.setBlob("first", await sampleBlob(sampleBytes(10, 1)));
  const writer = startProgram("hang-writing", [directory, "900000"]);
  await until(async () => (await backend.volume()).reservedBytes > 900_000);
  const waiting = backend.setBlob("second", await sampleBlob(sampleBytes(800_000, 2)));
  // Others go on meanwhile.
  await backend.setBlob("third", await sampleBlob(sampleBytes(10, 3)));
  // The writer ends: with too few bytes, so that its room comes free.
  writer.child.stdin!.end();
  await waiting;
  expect((await readBytes(backend, "second"))?.byteLength).toBe(800_000);
  await backend.close();
  await writer.ended;
});

test("what is larger than the limit is refused at once, and leaves everything as it was", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: 300_000 });
  await backend.setBlob("small", await sampleBlob(sampleBytes(1_000, 1)));
  await backend.setBlob("large", await sampleBlob(sampleBytes(100_000, 2)));
  const before = await backend.volume();
  for (const key of ["new", "small", "large"]) {
    const error = await backend
      .setBlob(key, await sampleBlob(sampleBytes(400_000, 3)))
      .catch((thrown: unknown) => thrown);
    expect(LarderError.isInstance(error, "cache-full") && error.facts).toMatchObject({ limitBytes: 300_000 });
  }
  expect(await backend.volume()).toEqual(before);
  expect((await readBytes(backend, "small"))?.byteLength).toBe(1_000);
  expect((await readBytes(backend, "large"))?.byteLength).toBe(100_000);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});
