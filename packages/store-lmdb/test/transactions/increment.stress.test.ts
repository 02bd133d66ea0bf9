import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { readBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const times = process.env.LARDER_FAULTS_LONG === "1" ? 5_000 : 1_000;

test("four processes with four threads each count to the exact number", async () => {
  const directory = cacheDirectory();
  await Promise.all([1, 2, 3, 4].map(() => runProgram("increment", [directory, "count", String(times), "4"])));
  const backend = new LmdbBackend({ directory });
  expect(Buffer.from((await readBytes(backend, "count"))!).toString()).toBe(String(16 * times));
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
}, 300_000);
