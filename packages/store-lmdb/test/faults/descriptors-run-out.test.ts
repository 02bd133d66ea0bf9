import { expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { cacheDirectory } from "../temporary-directory.js";

test("when a process may open no more files, writes are refused by name, reads miss, and nothing is lost or wrong", async () => {
  const output = await runProgram("descriptors-run-out", [cacheDirectory()], "ulimit -n 200");
  expect(JSON.parse(output.at(-1)!)).toEqual({
    codes: ["too-many-open-files"],
    lost: [],
    problems: [],
    some: true,
    all: false,
  });
}, 60_000);
