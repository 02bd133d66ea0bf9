import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const child = fileURLToPath(new URL("./older-child.ts", import.meta.url));

function run(...flags: readonly string[]) {
  return spawnSync(process.execPath, [...flags, "--conditions=larder-source", "--import", "tsx", child], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
}

test("each older form warns once per process, by a code, and names what to write in its place", () => {
  const { stderr, stdout, status } = run();
  expect(stdout).toBe("8 8 8\n");
  expect(status).toBe(0);
  const lines = stderr
    .split("\n")
    .filter((line) => line.includes("DeprecationWarning:"))
    .sort();
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain(
    "[LARDER_DEP0001] DeprecationWarning: A backend given by its name, 'memory', is deprecated. Give the backend itself: new MemoryCache() of @larder/core.",
  );
  expect(lines[1]).toContain("[LARDER_DEP0002] DeprecationWarning: createStores() is deprecated.");
}, 60_000);

test("Node's own switch silences them", () => {
  const { stderr, stdout } = run("--no-deprecation");
  expect([stdout, stderr]).toEqual(["8 8 8\n", ""]);
}, 60_000);
