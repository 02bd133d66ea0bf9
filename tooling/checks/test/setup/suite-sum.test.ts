import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { skippedThoughAvailable } from "../../../setup/reachable-resources.mjs";
import { runSuite } from "../../../setup/run-suite.mjs";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Runs a suite of one file, within this package so that vitest resolves. */
async function suiteOf(name: string, code: string) {
  const path = fileURLToPath(new URL(`../../.work/${name}/`, import.meta.url));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  mkdirSync(join(path, "test"), { recursive: true });
  writeFileSync(join(path, "vitest.config.mjs"), "export default { test: { include: ['test/*.mjs'] } };\n");
  writeFileSync(
    join(path, "test/one.mjs"),
    `import { afterAll, beforeAll, describe, expect, it } from "vitest";\n${code}`,
  );
  const { passed, failures, skipped } = await runSuite({ root, path, script: "vitest run" });
  return { passed, failures: failures.map(({ name }) => name), skipped };
}

describe("the sum of npm test", () => {
  it("counts what passed, what failed, and what was skipped with its reason", async () => {
    const code = `
      it("passes", () => {});
      describe("a group", () => { it("fails", () => { expect(1).toBe(2); }); });
      it("is skipped", ({ skip }) => skip("needs the moon"));
    `;
    expect(await suiteOf("counts", code)).toEqual({
      passed: 1,
      failures: ["test/one.mjs > a group > fails"],
      skipped: [{ name: "test/one.mjs > is skipped", reason: "needs the moon" }],
    });
  });

  it.each([
    ["a file that can't be loaded", "throw new Error('at once');", "test/one.mjs"],
    [
      "a hook that throws",
      "describe('a group', () => { beforeAll(() => { throw 1; }); it('a', () => {}); });",
      "test/one.mjs > a group",
    ],
    [
      "a rejection that nobody handles",
      "it('a', () => { void Promise.reject(new Error('late')); });",
      "unhandled error",
    ],
    ["a process that ends", "it('a', () => { process.abort(); });", undefined],
    ["a suite without a test", "describe.runIf(false)('none', () => {});", undefined],
  ])("counts %s as a failure", async (name, code, expected) => {
    const { failures } = await suiteOf(name.replaceAll(/\W/g, "-"), code);
    expect(failures.length).toBeGreaterThan(0);
    if (expected) expect(failures).toContain(expected);
  });

  it("takes a test that is skipped without a reason, or although what it needs is there, for failed", async () => {
    const skipped = [
      { name: "a", reason: "" },
      { name: "b", reason: "needs the moon" },
    ];
    expect((await skippedThoughAvailable(skipped)).map(({ name }) => name)).toEqual(["a"]);
  });
});
