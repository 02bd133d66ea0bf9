import { join } from "node:path";
import { LarderError } from "@larder/core";
import { afterEach, describe, expect, it } from "vitest";
import {
  configureCache,
  configureLargeFilePolicy,
  resetConfiguredCache,
} from "../../src/configuration/configure-cache.js";
import { effectiveSettings, settingHasEffect, settingValue } from "../../src/configuration/effective-settings.js";
import { settingFields } from "../../src/configuration/setting-fields.js";
import { fileWith } from "./settings-folder.js";

afterEach(resetConfiguredCache);

const home = { HOME: "/home/maria" };
const none = { env: home, file: null };

/** What was thrown, as code and message. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (LarderError.isInstance(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "nothing was refused";
}

describe("settings in force", () => {
  it("have the documented defaults when nobody says anything", () => {
    const { settings, sources } = effectiveSettings(none);
    expect(settings).toEqual({
      enabled: true,
      directory: "/home/maria/.cache/larder-folio",
      ttlSeconds: 1800,
      checksumAlgorithm: "sha256",
      strictMode: false,
      cacheMode: "read-write",
      fallbackToStale: true,
      maxStaleAgeSeconds: 86_400,
      staleWarning: true,
      cacheOnAdd: false,
      maxCacheSizeBytes: 53_687_091_200,
      evictionPolicy: "lru",
      evictionThreshold: 0.9,
      largeFileThresholdBytes: 1_073_741_824,
      cacheLargeFiles: false,
      streamLargeFiles: true,
      largeFilePolicy: { sizeThresholdBytes: 1_073_741_824, defaultAction: "reference", warnOnInclude: true },
      bundleSizeWarningBytes: 10_737_418_240,
      parallelDownloads: 4,
      chunkSizeBytes: 8_388_608,
      compression: "auto",
      lockTimeoutSeconds: 30,
      logging: { level: "warn", logCacheHits: false, logCacheMisses: true, logEvictions: true },
      contentAddressableStorage: true,
      sharedCacheDirectory: undefined,
      sharedCachePriority: "fallback",
      offlineMode: false,
    });
    expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
    expect(Object.keys(sources)).toEqual(settingFields.map(({ name }) => name));
  });

  it("keep the cache where XDG_CACHE_HOME says, unless that is a relative path", () => {
    expect(effectiveSettings({ env: { ...home, XDG_CACHE_HOME: "/fast" }, file: null }).settings.directory).toBe(
      "/fast/larder-folio",
    );
    expect(effectiveSettings({ env: { ...home, XDG_CACHE_HOME: "fast" }, file: null }).settings.directory).toBe(
      "/home/maria/.cache/larder-folio",
    );
  });

  it("come from call, constructor, process, environment, file and default, in this order, and say so", () => {
    const file = fileWith({ version: 1, defaults: { ttlSeconds: 4 }, logging: { level: "debug" } });
    const env = { ...home, LARDER_TTL_SECONDS: "3" };
    const at = (from: object) => {
      const { settings, sources } = effectiveSettings({ env, file, ...from });
      return [settings.ttlSeconds, sources.ttlSeconds];
    };
    expect(at({ options: { ttlSeconds: 1 }, process: { ttlSeconds: 2 } })).toEqual([1, "constructor"]);
    expect(at({ process: { ttlSeconds: 2 } })).toEqual([2, "process"]);
    expect(at({})).toEqual([3, "environment"]);
    expect(at({ env: home })).toEqual([4, "file"]);
    expect(at({ env: home, file: null })).toEqual([1800, "default"]);
    const found = effectiveSettings({ env, file, options: { ttlSeconds: 1 } });
    expect(found.settings.ttlSeconds).toBe(1);
    expect([found.settings.logging.level, found.sources["logging.level"], found.keys["logging.level"]]).toEqual([
      "debug",
      "file",
      "logging.level",
    ]);
    expect(found.file).toBe(file);
  });

  it("know every setting in the environment and in the file", () => {
    const samples: Record<string, readonly [text: string, value: unknown]> = {
      directory: ["/a/b", "/a/b"],
      ttlSeconds: ["never", null],
      checksumAlgorithm: ["blake3", "blake3"],
      cacheMode: ["offline", "offline"],
      maxStaleAgeSeconds: ["2d", 172_800],
      maxCacheSizeBytes: ["unlimited", Number.POSITIVE_INFINITY],
      evictionPolicy: ["fifo", "fifo"],
      evictionThreshold: ["0.5", 0.5],
      largeFileThresholdBytes: ["2GB", 2 * 1024 ** 3],
      "largeFilePolicy.sizeThresholdBytes": ["5 MB", 5 * 1024 ** 2],
      "largeFilePolicy.defaultAction": ["include", "include"],
      bundleSizeWarningBytes: ["1TB", 1024 ** 4],
      parallelDownloads: ["8", 8],
      chunkSizeBytes: ["1 MiB", 1024 ** 2],
      compression: ["none", "none"],
      lockTimeoutSeconds: ["1m", 60],
      "logging.level": ["info", "info"],
      sharedCacheDirectory: ["/mnt/shared", "/mnt/shared"],
      sharedCachePriority: ["first", "first"],
    };
    for (const { name, variable, filePlace, byDefault } of settingFields) {
      const [text, value] = samples[name] ?? [String(byDefault(home) !== true), byDefault(home) !== true];
      const fromEnvironment = effectiveSettings({ env: { ...home, [variable]: text }, file: null });
      expect([name, settingValue(fromEnvironment.settings, name)]).toEqual([name, value]);
      expect([fromEnvironment.sources[name], fromEnvironment.keys[name]]).toEqual(["environment", variable]);
      const inFile = value === Number.POSITIVE_INFINITY ? "unlimited" : value;
      const content = filePlace
        .split(".")
        .reverse()
        .reduce<unknown>((inner, key) => ({ [key]: inner }), inFile);
      const fromFile = effectiveSettings({ env: home, file: fileWith(content) });
      expect([name, settingValue(fromFile.settings, name)]).toEqual([name, value]);
      expect([fromFile.sources[name], fromFile.keys[name]]).toEqual(["file", filePlace]);
    }
  });

  it("take sizes and durations as text, and names without units", () => {
    const { settings } = effectiveSettings({
      ...none,
      options: {
        maxCacheSize: "50GB",
        largeFileThreshold: "2 GiB",
        ttlSeconds: "30m",
        largeFilePolicy: { sizeThreshold: "100MB" },
      },
    });
    expect(settings.maxCacheSizeBytes).toBe(53_687_091_200);
    expect(settings.largeFileThresholdBytes).toBe(2 * 1024 ** 3);
    expect(settings.ttlSeconds).toBe(1800);
    expect(settings.largeFilePolicy).toEqual({
      sizeThresholdBytes: 100 * 1024 ** 2,
      defaultAction: "reference",
      warnOnInclude: true,
    });
  });

  it("add up what configureCache is told, the later word before the earlier, under both names of a setting", () => {
    configureCache({ maxCacheSize: "1GB", strictMode: true });
    configureCache({ maxCacheSizeBytes: 5 });
    configureLargeFilePolicy({ sizeThreshold: "1MB", defaultAction: "include" });
    const { settings, sources } = effectiveSettings({ env: home, file: null });
    expect(settings.maxCacheSizeBytes).toBe(5);
    expect(settings.strictMode).toBe(true);
    expect(settings.largeFilePolicy.defaultAction).toBe("include");
    expect(sources["largeFilePolicy.sizeThresholdBytes"]).toBe("process");
    expect(sources["largeFilePolicy.warnOnInclude"]).toBe("default");
  });

  it("stay as they were when configureCache is told something wrong", () => {
    expect(refusal(() => configureCache({ strictMode: true, ttlSeconds: -1 }))).toMatch(
      /^invalid-option: The option 'ttlSeconds' of configureCache/,
    );
    expect(effectiveSettings({ env: home, file: null }).settings.strictMode).toBe(false);
  });

  it("make relative paths absolute: of code from the working directory, of a file from its own", () => {
    const file = fileWith({ directory: "cache", advanced: { sharedCacheDirectory: "~/shared" } });
    const found = effectiveSettings({ env: home, file }).settings;
    expect(found.directory).toBe(join(file, "..", "cache"));
    expect(found.sharedCacheDirectory).toBe("/home/maria/shared");
    expect(effectiveSettings({ ...none, options: { directory: "here" } }).settings.directory).toBe(
      join(process.cwd(), "here"),
    );
  });

  it("can take back what a weaker source says", () => {
    const env = { ...home, LARDER_SHARED_CACHE_DIR: "/mnt/shared", LARDER_TTL_SECONDS: "5" };
    const options = { sharedCacheDirectory: null, ttlSeconds: null };
    const { settings, sources } = effectiveSettings({ env, file: null, options });
    expect(settings.sharedCacheDirectory).toBeUndefined();
    expect(settings.ttlSeconds).toBeNull();
    expect(sources.sharedCacheDirectory).toBe("constructor");
  });

  it("ignore undefined options and empty variables", () => {
    const env = { ...home, LARDER_TTL_SECONDS: " ", LARDER_OFFLINE: "" };
    const { sources } = effectiveSettings({ env, file: null, options: { ttlSeconds: undefined, logging: undefined } });
    expect(new Set(Object.values(sources))).toEqual(new Set(["default"]));
  });

  it("are frozen", () => {
    const { settings } = effectiveSettings(none);
    expect(Object.isFrozen(settings)).toBe(true);
  });
});

it("those that nothing goes by are accepted, and said to be without effect", () => {
  const { settings } = effectiveSettings({
    ...none,
    options: { compression: "none", contentAddressableStorage: false },
  });
  expect(settings).toMatchObject({ compression: "none", contentAddressableStorage: false });
  const names = Object.keys(effectiveSettings(none).sources).filter((name) => !settingHasEffect(name));
  expect(names).toEqual(["compression", "contentAddressableStorage"]);
});

describe("wrong settings are refused, with the key and where it stands", () => {
  it.each([
    [{ ttlSecond: 5 }, "There is no setting 'ttlSecond'. Did you mean 'ttlSeconds'?"],
    [{ logging: { levl: "info" } }, "There is no setting 'logging.levl'. Did you mean 'logging.level'?"],
    [{ ttlSeconds: -1 }, "The option 'ttlSeconds' must be a number of seconds of at least 0, null for never"],
    [{ ttlSeconds: Number.NaN }, "and it is NaN"],
    [{ maxCacheSize: "lots" }, `The option 'maxCacheSize' must be a whole number of bytes of at least 0, "unlimited"`],
    [{ cacheMode: "readwrite" }, "did you mean 'read-write'?"],
    [{ evictionThreshold: 0 }, "a number above 0 and up to 1"],
    [{ parallelDownloads: 2.5 }, "a whole number from 1 to 64"],
    [{ chunkSizeBytes: 10 }, "of at least 65536"],
    [{ directory: "s3://bucket/x" }, "a path on a local disk"],
    [{ enabled: "yes" }, "must be true or false"],
    [{ logging: 5 }, "The option 'logging' must be an object"],
    [{ maxCacheSize: 1, maxCacheSizeBytes: 1 }, "left out where 'maxCacheSize' is given"],
    [JSON.parse('{"__proto__": {"x": 1}}'), "There is no setting '__proto__'"],
    [{ constructor: 1 }, "There is no setting 'constructor'"],
  ])("option %j", (options, message) => {
    const said = refusal(() => effectiveSettings({ ...none, options: options as object }));
    expect(said).toContain("invalid-option");
    expect(said).toContain(message);
  });

  it.each([
    [{ LARDER_TTL_SECONDS: "soon" }, "The environment variable LARDER_TTL_SECONDS must be"],
    [{ LARDER_CACHE_ENABLED: "maybe" }, "LARDER_CACHE_ENABLED must be true or false"],
    [
      { LARDER_PARALLEL_DOWNLOADS: "0" },
      'LARDER_PARALLEL_DOWNLOADS must be a whole number from 1 to 64, and it is "0"',
    ],
    [{ LARDER_TTL_SECOND: "5" }, "There is no setting 'LARDER_TTL_SECOND'. Did you mean 'LARDER_TTL_SECONDS'?"],
    [{ LARDER_OFLINE: "1" }, "Did you mean 'LARDER_OFFLINE'?"],
  ])("environment %j", (env, message) => {
    const said = refusal(() => effectiveSettings({ env: { ...home, ...env }, file: null }));
    expect(said).toContain("invalid-settings");
    expect(said).toContain(message);
  });

  it("but variables of other programs are none of its business", () => {
    const env = { ...home, LARDER_DIRECTORY: "/x", LARDER_FAULTS_SEED: "1", LARDER_CONFIG: "/nowhere/config.json" };
    expect(effectiveSettings({ env }).settings.ttlSeconds).toBe(1800);
  });

  it.each([
    [{ defaults: { ttlSecond: 1 } }, "There is no setting 'defaults.ttlSecond' of "],
    [{ ttlSeconds: 1 }, "Did you mean 'defaults.ttlSeconds'?"],
    [{ limits: { maxCacheSizeBytes: "much" } }, "The setting 'limits.maxCacheSizeBytes' of "],
    [{ limits: [] }, "The setting 'limits' of "],
    ["{ not json", "is not valid JSON"],
    ["[]", "must hold a JSON object"],
    [{ version: 2 }, "it is of version 2, and this Larder knows versions up to 1"],
    [{ version: "one" }, "its 'version' must be a whole number"],
  ])("file %j", (content, message) => {
    const file = fileWith(content);
    const said = refusal(() => effectiveSettings({ env: home, file }));
    expect(said).toContain("invalid-settings");
    expect(said).toContain(message);
    expect(said).toContain(file);
  });

  it("also where a stronger source hides them", () => {
    const file = fileWith({ defaults: { ttlSeconds: "soon" } });
    expect(refusal(() => effectiveSettings({ env: home, file, options: { ttlSeconds: 1 } }))).toContain(
      "defaults.ttlSeconds",
    );
  });

  it("without showing what a value may hold of secrets", () => {
    const secret = "hunter2";
    const address = `https://maria:${secret}@host/x?token=${secret}`;
    const texts = [
      refusal(() => effectiveSettings({ ...none, options: { directory: address } })),
      refusal(() => effectiveSettings({ env: { ...home, LARDER_CACHE_DIR: address }, file: null })),
      refusal(() => effectiveSettings({ env: home, file: fileWith({ [address]: 1 }) })),
      refusal(() => effectiveSettings({ env: home, file: fileWith(`{"directory": "${address}`) })),
    ];
    for (const text of texts) expect(text).toMatch(/^invalid-(option|settings): (?!.*hunter2)/s);
  });
});
