import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { publishedBundle, sampleBytes } from "../reading/published-bundle.js";
import { type ObjectServerProcess, startObjectServer } from "../servers/start-object-server.js";
import { type ReadingProcess, readingProcess } from "./reading-process.js";

const size = 4 << 20;
const bytes = sampleBytes(size, 9);

async function ground() {
  const directory = await mkdtemp(join(tmpdir(), "folio-processes-"));
  const server = await startObjectServer();
  const started: ReadingProcess[] = [];
  onTestFinished(async () => {
    for (const { child } of started) child.kill("SIGKILL");
    await Promise.all(started.map(({ ended }) => ended));
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
  const writes: Promise<void>[] = [];
  const bundle = publishedBundle({
    put: (path, content) => writes.push(server.put(path, content)),
    remove: (path) => writes.push(server.remove(path)),
  });
  const item = bundle.put("cold", bytes);
  await Promise.all(writes);
  const start = () => {
    const process = readingProcess(server.url, directory, "cold");
    started.push(process);
    return process;
  };
  return { directory, server, start, item };
}

async function downloads(server: ObjectServerProcess) {
  return (await server.requests()).filter(({ method, path }) => method === "GET" && path.includes("/items/"));
}

/** Waits until something has come about; it is looked at again and again. */
async function until<Result>(look: () => Promise<Result | undefined>): Promise<Result> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(20);
  }
}

test("ten processes that want one cold item at once make exactly one download", async () => {
  const { server, start, item } = await ground();
  const processes = Array.from({ length: 10 }, start);
  await Promise.all(processes.map(({ opened }) => opened));
  for (const { go } of processes) go();
  expect(new Set(await Promise.all(processes.map(({ sha256 }) => sha256)))).toEqual(new Set([item.checksum]));
  expect((await downloads(server)).map(({ status, bytesSent }) => [status, bytesSent])).toEqual([[200, size]]);
});

test("when the first of ten is killed half-way, one of the others goes on with what it left", async () => {
  const { directory, server, start, item } = await ground();
  await server.spoil({ path: "/items/", times: 1, fault: { stallAfterBytes: size / 2 } });
  const processes = Array.from({ length: 10 }, start);
  await Promise.all(processes.map(({ opened }) => opened));
  const [first, ...others] = processes as [ReadingProcess, ...ReadingProcess[]];
  first.go();
  const part = await until(async () => {
    const [name] = (await readdir(join(directory, "downloads"))).filter((found) => found.endsWith(".part"));
    const path = name && join(directory, "downloads", name);
    // Blocks are written as they fill: of half, the last is still on its way.
    return path && (await stat(path)).size >= size / 2 - (1 << 20) ? path : undefined;
  });
  for (const { go } of others) go();
  await Promise.all(others.map(({ missed }) => missed));
  first.child.kill("SIGKILL");
  await first.ended;
  const left = (await stat(part)).size;
  expect(new Set(await Promise.all(others.map(({ sha256 }) => sha256)))).toEqual(new Set([item.checksum]));
  const [cut, resumed, ...more] = await downloads(server);
  expect(more).toEqual([]);
  expect(cut).toMatchObject({ status: 200 });
  expect(resumed).toMatchObject({ status: 206, bytesSent: size - left });
  expect(resumed!.headers.range).toBe(`bytes=${left}-`);
  expect(await readdir(join(directory, "downloads"))).toEqual([]);
});
