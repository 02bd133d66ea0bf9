import { describe, expect, test } from "vitest";
import { checkConformance, conformanceTests, testBackend } from "../../src/conformance/index.js";
import { MemoryCache } from "../../src/index.js";
import { simpleBackend } from "./simple-backend.js";

describe("testBackend with a runner handed in", () => {
  type Body = (...context: unknown[]) => Promise<void>;

  function recordingRunner() {
    const tests: { name: string; body: Body }[] = [];
    const groups: string[] = [];
    const runner = {
      describe(name: string, body: () => void) {
        groups.push(name);
        body();
      },
      test: (name: string, body: Body) => void tests.push({ name, body }),
    };
    return { runner, tests, groups };
  }

  test("registers one test each, in one group, without making a backend yet", async () => {
    const { runner, tests, groups } = recordingRunner();
    let made = 0;
    const make = () => {
      made++;
      return new MemoryCache();
    };
    testBackend("mine", make, { runner });
    expect(groups).toEqual(["mine"]);
    expect(tests.map(({ name }) => name)).toEqual(conformanceTests({ makeBackend: make }).map(({ name }) => name));
    expect(made).toBe(0);
    // Runners take a parameter for a callback to be called when the test has ended.
    expect(new Set(tests.map(({ body }) => body.length))).toEqual(new Set([0]));
    for (const { body } of tests) await body();
    expect(made).toBe(tests.length - 1);
  });

  test("skips what does not apply, with the reason, where the runner can skip", async () => {
    const { runner, tests } = recordingRunner();
    testBackend("mine", () => simpleBackend(() => ({ supports: {} })), { runner });
    const skipped: string[] = [];
    for (const { body } of tests) await body({ skip: (reason: string) => skipped.push(reason) });
    expect(skipped).toContain("the backend does not declare 'entryIndex'");
    expect(skipped).toContain("the backend does not declare 'tags'");
    const others = skipped.filter((reason) => !reason.startsWith("the backend does not declare"));
    expect(new Set(others)).toEqual(new Set([expect.stringContaining("mayClear: true")]));
  });

  test("leaves out what is said not to be there, and fails when it is there after all", async () => {
    const { runner, tests } = recordingRunner();
    testBackend("mine", () => new MemoryCache(), { runner, capabilities: { entryIndex: false }, mayClear: false });
    expect(tests.filter(({ name }) => /keys\(\)|deleteBlob|clear\(\)/.test(name))).toEqual([]);
    const declaration = tests.find(({ name }) => name.includes("held to"));
    await expect(declaration!.body()).rejects.toThrow(/declares 'entryIndex'/);
  });
});

describe("checkConformance", () => {
  test("reports a backend that can't be made instead of throwing", async () => {
    const report = await checkConformance(() => {
      throw new Error("no server");
    });
    expect(report.conforms).toBe(false);
    expect(report.failed[0]).toMatchObject({ message: "no server" });
  });

  test("uses keys that are new with every run", async () => {
    const seen = new Set<string>();
    for (let run = 0; run < 2; run++) {
      const backend = new MemoryCache();
      const setBlob = backend.setBlob.bind(backend);
      backend.setBlob = (key, blob) => {
        seen.add(key.split("/").slice(0, 2).join("/"));
        return setBlob(key, blob);
      };
      await checkConformance(() => backend, { brief: true });
    }
    expect(seen.size).toBe(2);
    for (const prefix of seen) expect(prefix).toMatch(/^larder-conformance\/[0-9a-f]{24}$/);
  });
});
