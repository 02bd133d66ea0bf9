import { once } from "node:events";
import { createInterface } from "node:readline";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram, startProgram } from "../run-program.js";
import { cacheDirectory } from "../temporary-directory.js";

test("the lease of a process that was killed is lost at once, and the next to ask gets it", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  const { child, ended } = startProgram("hold-lease", [directory, "compute:a"]);
  const [line] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
  const refused = await backend.acquireLease("compute:a");
  expect(refused).toMatchObject({ granted: false, holder: { token: line.split(" ")[1], condition: "held" } });
  child.kill("SIGKILL");
  await ended;
  expect(await backend.acquireLease("compute:a")).toMatchObject({ granted: true });
  await backend.close();
}, 30_000);

test("the lease of a worker thread that was terminated is lost at once, although its process lives", async () => {
  const output = await runProgram("lose-a-thread", [cacheDirectory(), "compute:a"]);
  expect(JSON.parse(output.at(-1)!)).toEqual({
    held: true,
    meanwhile: false,
    condition: "lost",
    quick: true,
    afterwards: true,
  });
}, 30_000);

test("a process that computes for seconds without a pause keeps its lease", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  const { child, ended } = startProgram("hold-lease", [directory, "compute:a", "busy"]);
  const lines = createInterface({ input: child.stdout! });
  await once(lines, "line");
  const released = once(lines, "line");
  let over = false;
  void released.then(() => {
    over = true;
  });
  let asked = 0;
  const seen = new Set<string>();
  while (!over) {
    const claim = await backend.acquireLease("compute:a");
    const state = await backend.readLease("compute:a");
    seen.add(`${claim.granted ? "granted" : claim.holder.condition} ${state?.condition}`);
    if (claim.granted) break;
    asked++;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const [line] = (await released) as [string];
  expect(line).toBe("free true");
  expect(asked).toBeGreaterThan(20);
  // Granted only after it was released, between which and its saying so we may have asked.
  expect([...seen].filter((state) => state !== "granted held" && state !== "held released")).toEqual(["held held"]);
  await ended;
  await backend.close();
}, 30_000);

test("of many processes that ask at once exactly one gets the lease", async () => {
  const directory = cacheDirectory();
  const backends = Array.from({ length: 8 }, () => new LmdbBackend({ directory }));
  const claims = await Promise.all(backends.map((backend) => backend.acquireLease("compute:a")));
  expect(claims.filter(({ granted }) => granted)).toHaveLength(1);
  await Promise.all(backends.map((backend) => backend.close()));
});
