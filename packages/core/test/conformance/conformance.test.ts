import { describe, expect, test } from "vitest";
import { type ConformanceOptions, checkConformance, conformanceTests } from "../../src/conformance/index.js";
import { MemoryCache } from "../../src/index.js";
import type { BrokenBackend } from "./broken-backend.js";
import { brokenBackends } from "./broken-backends.js";
import { simpleBackend } from "./simple-backend.js";

const options: ConformanceOptions = { capabilities: { entryIndex: true } };

const withSizeLimit: ConformanceOptions["withSizeLimit"] = (sizeLimitBytes, evictionPolicy) =>
  new MemoryCache({ sizeLimitBytes, evictionPolicy });

/** What the suite says of a broken backend by one of its tests; `undefined` when that passes. */
async function complaint({ make, options: own, foundBy }: BrokenBackend, brief = false): Promise<string | undefined> {
  const tests = conformanceTests({ ...options, ...own, brief, makeBackend: make });
  const test = tests.find(({ name }) => name === foundBy);
  if (test === undefined) throw new Error(`The suite has no test '${foundBy}'.`);
  // The last test closes what the others had made.
  if (test === tests.at(-1)) await tests[0]!.run();
  try {
    await test.run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe("a backend that does as it should", () => {
  test("passes, whole and in brief", async () => {
    const cases = [
      { make: () => simpleBackend(), given: options },
      { make: () => new MemoryCache(), given: { ...options, withSizeLimit } },
    ];
    for (const { make, given } of cases) {
      const whole = await checkConformance(make, given);
      expect(whole.failed).toEqual([]);
      expect(whole.conforms).toBe(true);
      const brief = await checkConformance(make, { ...given, brief: true });
      expect(brief.failed).toEqual([]);
      expect(brief.passed.length).toBeGreaterThan(15);
      expect(brief.passed.length).toBeLessThan(whole.passed.length);
      if (make().supports?.tags === true) expect(whole.notRun).toEqual([]);
    }
  });

  test("passes without an index, and the report says what was not tested", async () => {
    const report = await checkConformance(() => simpleBackend(() => ({ supports: {} })));
    expect(report.failed).toEqual([]);
    const reasons = new Map(report.notRun.map(({ name, reason }) => [name, reason]));
    expect(reasons.get("keys come in the order of their UTF-8 bytes")).toContain("does not declare 'entryIndex'");
    expect(reasons.get("clear() forgets every blob and every signature")).toContain("mayClear");
  });
});

describe("a broken backend fails, by the test meant for it", () => {
  for (const broken of brokenBackends) {
    test(`one that ${broken.fault}`, async () => {
      expect(await complaint(broken)).toMatch(/./);
    });
  }

  test("and the report of the whole suite says so", async () => {
    const { make, foundBy } = brokenBackends[0]!;
    const report = await checkConformance(make, options);
    expect(report.conforms).toBe(false);
    const failure = report.failed.find(({ name }) => name === foundBy);
    expect(failure?.message).not.toBe("");
    expect(failure?.error).toBeInstanceOf(Error);
  });
});

describe("in brief, too", () => {
  for (const broken of brokenBackends) {
    if (broken.inBrief !== true) continue;
    test(`one that ${broken.fault} fails`, async () => {
      expect(await complaint(broken, true)).toMatch(/./);
    });
  }
});

test("every test of the suite is the one that finds some broken backend", () => {
  const make = () => new MemoryCache();
  const all = { ...options, reopen: make, second: make, withSizeLimit };
  const names = conformanceTests({ ...all, makeBackend: make }).map((test) => test.name);
  const finders = new Set(brokenBackends.map(({ foundBy }) => foundBy));
  expect(names.filter((name) => !finders.has(name))).toEqual([]);
});

test("no two tests of the suite have one name, and no two broken backends one fault", () => {
  const make = () => new MemoryCache();
  const names = conformanceTests({ reopen: make, second: make, withSizeLimit, makeBackend: make }).map(
    ({ name }) => name,
  );
  expect(new Set(names).size).toBe(names.length);
  const faults = brokenBackends.map(({ fault }) => fault);
  expect(faults.filter((fault, i) => faults.indexOf(fault) !== i)).toEqual([]);
});
