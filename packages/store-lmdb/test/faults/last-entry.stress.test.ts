import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 1);
const rounds = process.env.LARDER_FAULTS_LONG === "1" ? 20_000 : 500;

test("when the last entry of a content is deleted or evicted while other processes store it, nobody loses or misreads it", async () => {
  console.log(`seed ${seed}, 4 × ${rounds} operations`);
  const directory = cacheDirectory();
  const outputs = await Promise.all(
    [0, 1, 2, 3].map((i) => runProgram("share-and-free", [directory, String(seed * 4 + i), String(rounds)])),
  );
  let hits = 0;
  for (const output of outputs) hits += (JSON.parse(output.at(-1)!) as { hits: number }).hits;
  expect(hits).toBeGreaterThan(rounds / 10);
  const backend = new LmdbBackend({ directory });
  const { problems, files } = await backend.check();
  await backend.close();
  expect(problems).toEqual([]);
  expect(files).toBeLessThanOrEqual(3);
}, 600_000);
