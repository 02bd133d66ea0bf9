import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { cacheDirectory } from "../temporary-directory.js";

test("checking and fixing while other processes write finds nothing and breaks nothing", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  const problems: string[] = [];
  let over = false;
  const working = Promise.all([
    runProgram("hammer", [directory, "1", "700", "12"]),
    runProgram("hammer", [directory, "2", "700", "12"]),
  ]).finally(() => {
    over = true;
  });
  let checks = 0;
  while (!over) {
    const found = (await backend.check({ fix: checks % 2 === 1 })).problems;
    problems.push(...found.map(({ message }) => message));
    checks++;
  }
  await working;
  expect(checks).toBeGreaterThan(2);
  expect(problems).toEqual([]);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
}, 120_000);
