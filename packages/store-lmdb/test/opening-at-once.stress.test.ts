import { createInterface } from "node:readline";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram, startProgram } from "./run-program.js";
import { readBytes, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

test("processes that open a new directory at the same moment all use one index, and none puts it away", async () => {
  const programs = [0, 1, 2, 3].map((worker) => {
    const { child, ended } = startProgram("open-on-demand", [String(worker)]);
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    return { child, ended, next: async () => (await lines.next()).value as string };
  });
  for (const { next } of programs) expect(await next()).toBe("ready");
  for (let round = 0; round < 5; round++) {
    const directory = cacheDirectory();
    for (const { child } of programs) child.stdin!.write(`${directory}\n`);
    for (const { next } of programs) expect(await next()).toBe("stored");
    const backend = new LmdbBackend({ directory });
    for (let worker = 0; worker < programs.length; worker++) {
      expect(await readBytes(backend, `from ${worker}`)).toEqual(sampleBytes(100_000, worker));
    }
    expect((await backend.check()).problems).toEqual([]);
    await backend.close();
  }
  for (const { child } of programs) child.stdin!.end();
  for (const { ended } of programs) expect(await ended).toMatchObject({ code: 0, errors: "" });
}, 60_000);

test("nothing that was stored is lost while other processes open and close the directory", async () => {
  const directory = cacheDirectory();
  const [first, second] = await Promise.all([
    runProgram("write-and-look-again", [directory, "1", "1500"]),
    runProgram("write-and-look-again", [directory, "2", "1500"]),
    runProgram("open-and-close", [directory, "400"]),
    runProgram("open-and-close", [directory, "400"]),
  ]);
  expect([first, second].map((output) => JSON.parse(output.at(-1)!))).toEqual([{ lost: [] }, { lost: [] }]);
}, 60_000);
