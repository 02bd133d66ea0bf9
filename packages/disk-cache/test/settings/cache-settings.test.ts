import { join, resolve } from "node:path";
import { LarderError } from "@larder/core";
import { describe, expect, test } from "vitest";
import { type CacheSettingsInput, cacheSettings } from "../../src/index.js";
import { settingsOfKind } from "../../src/settings/cache-settings.js";

function refused(input: unknown): LarderError {
  try {
    cacheSettings(input as CacheSettingsInput);
  } catch (error) {
    if (LarderError.isInstance(error, "invalid-settings")) return error;
    throw error;
  }
  throw new Error("The settings were taken.");
}

describe("settings", () => {
  test("need nothing, and leave what was not said to the cache", () => {
    expect(cacheSettings()).toEqual({ directory: resolve(".cache/larder-kinds"), kinds: {} });
    expect(cacheSettings({ shards: undefined, directory: "x" })).toEqual({ directory: resolve("x"), kinds: {} });
  });

  test("are frozen, deeply, and not those that were passed", () => {
    const input = { directory: "x", kinds: { plan: { shards: 2 } } };
    const settings = cacheSettings(input);
    input.kinds.plan.shards = 3;
    expect(settings.kinds.plan).toEqual({ shards: 2 });
    expect([settings, settings.kinds, settings.kinds.plan!].every(Object.isFrozen)).toBe(true);
  });

  test("that were made already are the same", () => {
    const settings = cacheSettings({ shards: 2 });
    expect(cacheSettings(settings)).toBe(settings);
    expect(cacheSettings({ ...settings, shards: 3 })).toMatchObject({ shards: 3, directory: settings.directory });
  });

  test.each([
    ["50 GiB", 50 * 2 ** 30],
    ["1.5 kb", 1500],
    ["200MB", 200e6],
    ["4096 B", 4096],
    ["1 TiB", 2 ** 40],
    [0, 0],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])("take %j as a size of %i bytes", (sizeLimitBytes, bytes) => {
    expect(cacheSettings({ sizeLimitBytes }).sizeLimitBytes).toBe(bytes);
  });

  test.each<[string, unknown]>([
    ["directory", ""],
    ["directory", 3],
    ["sizeLimitBytes", -1],
    ["sizeLimitBytes", 1.5],
    ["sizeLimitBytes", Number.NaN],
    ["sizeLimitBytes", "50 gigabytes"],
    ["sizeLimitBytes", "GiB"],
    ["cullLimit", 0],
    ["cullLimit", "10"],
    ["evictionPolicy", "lru"],
    ["statistics", "yes"],
    ["tagIndex", 1],
    ["shards", 0],
    ["shards", 65],
    ["shards", 1.5],
    ["ttlSeconds", 0],
    ["ttlSeconds", -1],
    ["ttlSeconds", Number.NaN],
    ["ttlSeconds", null],
    ["durability", "disk"],
    ["inlineLimitBytes", 2 ** 21],
    ["inlineLimitBytes", Number.POSITIVE_INFINITY],
    ["allowNetworkFileSystem", "true"],
    ["kinds", []],
    ["kinds", { plan: 3 }],
  ])("refuse %s: %j, naming the field, its value and what is allowed", (field, value) => {
    const error = refused({ [field]: value });
    expect(error.facts.field).toMatch(field);
    expect(error.message).toContain(`'${String(error.facts.field)}' must be`);
    expect(String(error.facts.allowed).length).toBeGreaterThan(5);
    const shown = field === "kinds" ? "" : typeof value === "string" ? JSON.stringify(value) : String(value);
    expect(error.message).toContain(shown);
  });

  test("refuse what is no object", () => {
    for (const input of [null, 3, "x", []]) expect(refused(input).message).toContain("'settings' must be an object");
  });

  test("refuse a field that is not known, and say which was meant", () => {
    expect(refused({ sizeLimit: 3 }).message).toContain("Did you mean 'sizeLimitBytes'?");
    expect(refused({ kinds: { plan: { evictionpolicy: "none" } } }).message).toContain(
      `Did you mean 'kinds["plan"].evictionPolicy'?`,
    );
    expect(refused({ evictionPolicy: "least-recently-use" }).message).toContain("did you mean 'least-recently-used'");
    expect(refused({ xyzxyzxyzxyz: 1 }).message).toContain("Known are directory, sizeLimitBytes");
    expect(refused({ kinds: { plan: { directory: "x" } } }).message).toContain("no cache setting");
    for (const name of ["__proto__", "constructor", "toString"]) {
      expect(refused(JSON.parse(`{ "${name}": 1 }`)).message).toContain(name);
    }
  });

  test("of a kind go before those of all", () => {
    const settings = cacheSettings({
      directory: "x",
      shards: 2,
      ttlSeconds: 5,
      kinds: { plan: { ttlSeconds: 9 }, "../odd": { shards: 4 } },
    });
    expect(settingsOfKind(settings, "plan")).toEqual({ shards: 2, ttlSeconds: 9 });
    expect(settingsOfKind(settings, "../odd")).toEqual({ shards: 4, ttlSeconds: 5 });
    expect(settingsOfKind(settings, "table")).toEqual({ shards: 2, ttlSeconds: 5 });
    expect(settingsOfKind(settings, "toString")).toEqual({ shards: 2, ttlSeconds: 5 });
  });

  test("of a kind with a strange name are plain data", () => {
    const kinds = JSON.parse('{ "__proto__": { "shards": 3 } }') as CacheSettingsInput["kinds"];
    const settings = cacheSettings({ kinds });
    expect(settingsOfKind(settings, "__proto__")).toEqual({ shards: 3 });
    expect(({} as { shards?: number }).shards).toBeUndefined();
    expect(join(settings.directory)).toBe(settings.directory);
  });
});
