import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { withSetupLock } from "../../../setup/setup-lock.mjs";
import { runProgram } from "../../src/run-program.js";
import { fixtureTree } from "../fixture-tree.js";

const program = fileURLToPath(new URL("../fixtures/hold-setup-lock.mjs", import.meta.url));
const hold = (root: string, ...more: string[]) =>
  runProgram(process.execPath, [program, root, join(root, "log"), ...more], { cwd: root });

describe("withSetupLock", () => {
  it("lets one process in at a time", async () => {
    const root = fixtureTree({});
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => hold(root)));
    expect(outcomes.map(({ code }) => code)).toEqual(Array(6).fill(0));
    expect(readFileSync(join(root, "log"), "utf8")).toBe("in\nout\n".repeat(6));
    expect(existsSync(join(root, ".cache/setup.lock"))).toBe(false);
  });

  it("takes over from a process that was killed while it held the lock", async () => {
    const root = fixtureTree({});
    expect((await hold(root, "die")).code).toBeUndefined();
    expect(existsSync(join(root, ".cache/setup.lock"))).toBe(true);
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => hold(root)));
    expect(outcomes.map(({ code }) => code)).toEqual(Array(4).fill(0));
    expect(readFileSync(join(root, "log"), "utf8")).toBe(`in\n${"in\nout\n".repeat(4)}`);
  });

  it("takes over when the number of the dead owner now belongs to another process", async () => {
    const owner = { pid: process.pid, start: "1", host: hostname() };
    const root = fixtureTree({ ".cache/setup.lock": owner });
    expect(await withSetupLock(root, async () => "in")).toBe("in");
  });

  it("is given back when the work throws", async () => {
    const root = fixtureTree({});
    await expect(withSetupLock(root, () => Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    expect(existsSync(join(root, ".cache/setup.lock"))).toBe(false);
  });
});
