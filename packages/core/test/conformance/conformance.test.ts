import { describe, expect, test } from "vitest";
import { checkConformance, conformanceTests } from "../../src/conformance/index.js";
import { MemoryCache } from "../../src/index.js";
import { brokenBackends } from "./broken-backends.js";
import { simpleBackend } from "./simple-backend.js";

const options = { capabilities: { entryIndex: true } } as const;

describe("a backend that does as it should", () => {
  test("passes, whole and in brief", async () => {
    for (const make of [() => simpleBackend(), () => new MemoryCache()]) {
      const whole = await checkConformance(make, options);
      expect(whole.failed).toEqual([]);
      expect(whole.notRun).toEqual([]);
      expect(whole.conforms).toBe(true);
      const brief = await checkConformance(make, { ...options, brief: true });
      expect(brief.failed).toEqual([]);
      expect(brief.passed.length).toBeGreaterThan(15);
      expect(brief.passed.length).toBeLessThan(whole.passed.length);
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
  for (const { fault, foundBy, make } of brokenBackends) {
    test(`one that ${fault}`, async () => {
      const report = await checkConformance(make, options);
      expect(report.conforms).toBe(false);
      expect(report.failed.map((failure) => failure.name)).toContain(foundBy);
      const { message } = report.failed.find((failure) => failure.name === foundBy)!;
      expect(message).not.toBe("");
    });
  }
});

describe("in brief, too", () => {
  for (const { fault, foundBy, inBrief, make } of brokenBackends) {
    if (inBrief !== true) continue;
    test(`one that ${fault} fails`, async () => {
      const report = await checkConformance(make, { ...options, brief: true });
      expect(report.failed.map((failure) => failure.name)).toContain(foundBy);
    });
  }
});

test("every test of the suite is the one that finds some broken backend", () => {
  const names = conformanceTests({ ...options, makeBackend: () => new MemoryCache() }).map((test) => test.name);
  const finders = new Set(brokenBackends.map(({ foundBy }) => foundBy));
  expect(names.filter((name) => !finders.has(name))).toEqual([]);
});
