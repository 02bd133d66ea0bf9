import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { findIndexDamage } from "../src/index-guard.js";
import { runProgram, startProgram } from "./run-program.js";
import { cacheDirectory } from "./temporary-directory.js";

test("four processes that set, read, overwrite and delete the same keys never see a wrong value, and leave nothing behind", async () => {
  const directory = cacheDirectory();
  const outputs = await Promise.all(
    [1, 2, 3, 4].map((worker) => runProgram("hammer", [directory, String(worker), "1500", "12"])),
  );
  for (const output of outputs) expect(JSON.parse(output.at(-1)!).read).toBeGreaterThan(100);
  expect(await findIndexDamage(join(directory, "index.lmdb"), true)).toBeUndefined();
  const backend = new LmdbBackend({ directory });
  expect((await backend.check()).problems).toEqual([]);
  await backend.clear();
  const { problems, entries, files } = await backend.check();
  expect({ problems, entries, files }).toEqual({ problems: [], entries: 0, files: 0 });
  await backend.close();
}, 120_000);

test("three worker threads and the main thread share a directory, and closing one disturbs no other", async () => {
  const directory = cacheDirectory();
  const output = await runProgram("hammer-in-threads", [directory, "400"]);
  expect(JSON.parse(output.at(-1)!)).toEqual({ codes: [0, 0, 0], problems: [] });
}, 120_000);

test("what another process has stored is seen as soon as it says so", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  const { child, ended } = startProgram("acknowledging-writer", [directory, "3", "keep"]);
  let seen = 0;
  const misses: string[] = [];
  const reading: Promise<void>[] = [];
  child.stdout!.on("data", (data: Buffer) => {
    for (const line of data.toString().split("\n")) {
      const [what, key, seed] = line.split(" ");
      if (what !== "set" || seen >= 150) continue;
      seen++;
      // Read at once, and within one turn of the event loop with what was read before.
      reading.push(
        backend.getBlob(key!).then((stored) => {
          // Newer is fine: the writer goes on meanwhile.
          if (((stored?.record.details?.seed as number | undefined) ?? -1) < Number(seed)) misses.push(line);
          return stored?.close?.();
        }),
      );
    }
    if (seen >= 150) child.kill("SIGKILL");
  });
  await ended;
  await Promise.all(reading);
  expect(misses).toEqual([]);
  await backend.close();
}, 60_000);
