import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { threadFlags } from "../../src/workers/thread-flags.js";

test("a thread inherits the flags of the process, unless they say what the main program is", () => {
  expect(threadFlags([])).toBeUndefined();
  expect(threadFlags(["--expose-gc", "--max-old-space-size=512", "--import", "tsx"])).toBeUndefined();
});

test("of a process whose program stands on the command line, a thread gets what modules are loaded by", () => {
  const flags = [
    "--expose-gc",
    "--input-type=module",
    "--import",
    "./hooks.mjs",
    "-C",
    "dev",
    "--require=./a.cjs",
    "-e",
  ];
  expect(threadFlags([...flags, "start()"])).toEqual(["--import", "./hooks.mjs", "-C", "dev", "--require=./a.cjs"]);
  expect(threadFlags(["--watch-path=src", "--import=tsx"])).toEqual(["--import=tsx"]);
});

test("Node takes what is kept", async () => {
  const execArgv = threadFlags(["--expose-gc", "-C", "dev", "--input-type=module", "--enable-source-maps", "-e", "1"]);
  const worker = new Worker("0", { eval: true, execArgv: execArgv! });
  expect(await once(worker, "exit")).toEqual([0]);
});
