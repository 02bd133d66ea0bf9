import { valueDigest, valueDigestPaths } from "@larder/core";
import * as arrow from "apache-arrow";
import { describe, expect, it } from "vitest";

const differing = (before: unknown, after: unknown) => {
  const one = valueDigestPaths(before);
  const other = valueDigestPaths(after);
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((path) => one[path] !== other[path]);
};

describe("the digests of a value by path", () => {
  const value = { settings: { threshold: 1, names: ["a", "b"] }, users: new Map([["ann", { age: 3 }]]), "my key": 1 };

  it("name properties, elements and entries, level by level", () => {
    expect(Object.keys(valueDigestPaths(value))).toEqual([
      "",
      '["my key"]',
      "settings",
      "users",
      "settings.names",
      "settings.threshold",
      'users.get("ann")',
      "settings.names[0]",
      "settings.names[1]",
      'users.get("ann").age',
    ]);
    expect(valueDigestPaths(value)[""]).toBe(valueDigest(value));
    expect(valueDigestPaths(value)["settings.threshold"]).toBe(valueDigest(1));
    expect(Object.keys(valueDigestPaths(value, { depth: 1 }))).toEqual(["", '["my key"]', "settings", "users"]);
    expect(Object.keys(valueDigestPaths(5))).toEqual([""]);
  });

  it("tell which part differs between two values", () => {
    const changed = { ...value, settings: { threshold: 2, names: ["a", "b"] } };
    expect(differing(value, changed)).toEqual(["", "settings", "settings.threshold"]);
    const { users: _, ...without } = value;
    expect(differing(value, without)).toEqual(["", "users", 'users.get("ann")', 'users.get("ann").age']);
    expect(differing(value, structuredClone(value))).toEqual([]);
  });

  it("name the column of a table that differs", () => {
    const table = (delay: number) => ({
      flights: arrow.tableFromArrays({ delay: Int32Array.of(1, delay), distance: Float64Array.of(5, 6) }),
    });
    expect(differing(table(2), table(3))).toEqual(["", "flights", "flights.delay"]);
  });

  it("never grow past the limit, and open what is small first", () => {
    const wide = { long: Array.from({ length: 1000 }, (_, index) => index), small: { a: 1 } };
    expect(Object.keys(valueDigestPaths(wide))).toEqual(["", "long", "small", "small.a"]);
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`k${index}`, { a: 1, b: 2 }]));
    expect(Object.keys(valueDigestPaths(many)).length).toBeLessThanOrEqual(200);
    expect(Object.keys(valueDigestPaths(many)).length).toBeGreaterThan(190);
  });

  it("leave out what cannot be digested, run no getter, and end on cycles", () => {
    const odd: Record<string, unknown> = { ok: 1, run: () => 1 };
    Object.defineProperty(odd, "now", {
      enumerable: true,
      get() {
        throw new Error("was run");
      },
    });
    expect(Object.keys(valueDigestPaths(odd))).toEqual(["ok"]);
    const cycle: Record<string, unknown> = { a: 1 };
    cycle.self = cycle;
    expect(Object.keys(valueDigestPaths(cycle))).toContain("self.self.self");
  });

  it("keep a property named __proto__ as data", () => {
    const value = JSON.parse('{"__proto__": {"a": 1}}');
    expect(Object.keys(valueDigestPaths(value))).toEqual(["", "__proto__", "__proto__.a"]);
  });
});
