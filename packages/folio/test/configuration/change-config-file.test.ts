import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { changeConfigFile } from "../../src/configuration/change-config-file.js";
import { configFilePath } from "../../src/configuration/config-file.js";
import { effectiveSettings } from "../../src/configuration/effective-settings.js";
import { fileWith, temporaryFolder } from "./settings-folder.js";

const home = { HOME: "/home/maria" };

describe("where the configuration file is", () => {
  it("is told by LARDER_CONFIG, then XDG_CONFIG_HOME, then the home directory", () => {
    const env = { ...home, XDG_CONFIG_HOME: "/etc/xdg", LARDER_CONFIG: "/my.json" };
    expect(configFilePath(env)).toBe("/my.json");
    expect(configFilePath({ ...env, LARDER_CONFIG: undefined })).toBe("/etc/xdg/larder-folio/config.json");
    expect(configFilePath(home)).toBe("/home/maria/.config/larder-folio/config.json");
  });
});

describe("changing the configuration file", () => {
  it("writes all settings in the documented layout", async () => {
    const path = join(temporaryFolder(), "new", "config.json");
    const { text, changed } = await changeConfigFile(path, {
      set: {
        offlineMode: false,
        sharedCacheDirectory: null,
        contentAddressableStorage: true,
        logging: { logEvictions: true, logCacheMisses: true, logCacheHits: false, level: "warn" },
        compression: "auto",
        chunkSize: "8 MiB",
        parallelDownloads: 4,
        evictionThreshold: 0.9,
        evictionPolicy: "lru",
        maxCacheSize: "50GB",
        largeFileThreshold: "unlimited",
        largeFilePolicy: { sizeThreshold: "1GB" },
        cacheMode: "read-write",
        strictMode: false,
        checksumAlgorithm: "sha256",
        ttlSeconds: "30m",
        directory: "/var/cache/larder-folio",
        enabled: true,
      },
    });
    expect(readFileSync(path, "utf8")).toBe(text);
    expect(changed).toHaveLength(21);
    await expect(text).toMatchFileSnapshot("golden/config.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { settings } = effectiveSettings({ env: home, file: path });
    expect(settings.maxCacheSizeBytes).toBe(53_687_091_200);
    expect(settings.largeFileThresholdBytes).toBe(Number.POSITIVE_INFINITY);
    expect(readdirSync(dirname(path))).toEqual(["config.json"]);
  });

  it("leaves what it does not know where it is, in its order", async () => {
    const path = fileWith('{"zebra": {"b": 1, "a": [1]}, "limits": {"future": true}, "version": 1, "__proto__": 7}');
    const { text } = await changeConfigFile(path, { set: { evictionPolicy: "lfu", ttlSeconds: null } });
    expect(text).toBe(`{
  "version": 1,
  "defaults": {
    "ttlSeconds": null
  },
  "limits": {
    "evictionPolicy": "lfu",
    "future": true
  },
  "zebra": {
    "b": 1,
    "a": [
      1
    ]
  },
  "__proto__": 7
}
`);
  });

  it("takes settings out, and groups that are empty then", async () => {
    const path = fileWith({ defaults: { ttlSeconds: 5 }, logging: { level: "info", logCacheHits: true } });
    const { text, changed } = await changeConfigFile(path, { remove: ["ttlSeconds", "logging.level", "enabled"] });
    expect(JSON.parse(text)).toEqual({ version: 1, logging: { logCacheHits: true } });
    expect(changed).toEqual(["ttlSeconds", "logging.level"]);
  });

  it("tells which settings changed, and does not touch a file that says so already", async () => {
    const path = fileWith({});
    await changeConfigFile(path, { set: { strictMode: true } });
    const { ino } = statSync(path);
    const again = await changeConfigFile(path, { set: { strictMode: true } });
    expect(again.changed).toEqual([]);
    expect(statSync(path).ino).toBe(ino);
  });

  it("keeps a link and the file's permissions", async () => {
    const folder = temporaryFolder();
    const target = fileWith({}, "dotfile.json");
    chmodSync(target, 0o640);
    const path = join(folder, "config.json");
    symlinkSync(target, path);
    await changeConfigFile(path, { set: { enabled: false } });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(JSON.parse(readFileSync(target, "utf8"))).toEqual({ version: 1, enabled: false });
    expect(statSync(target).mode & 0o777).toBe(0o640);
  });

  it.each([
    ["a wrong value", {}, { set: { ttlSeconds: -1 } }, "invalid-option"],
    ["an unknown setting", {}, { set: { ttl: 1 } }, "invalid-option"],
    ["an unknown setting to remove", {}, { remove: ["ttl"] }, "invalid-option"],
    ["a group of the file that is none", { limits: 5 }, { set: { evictionPolicy: "lfu" } }, "invalid-settings"],
    ["a wrong value of the file", { enabled: "yes" }, { set: { evictionPolicy: "lfu" } }, "invalid-settings"],
    ["a file that is not JSON", "{", { set: { evictionPolicy: "lfu" } }, "invalid-settings"],
    ["a file of a later version", { version: 9 }, { set: { evictionPolicy: "lfu" } }, "invalid-settings"],
  ])("refuses %s, and leaves the file as it was", async (_, content, change, code) => {
    const path = fileWith(content);
    const before = readFileSync(path, "utf8");
    await expect(changeConfigFile(path, change as object)).rejects.toMatchObject({ code });
    expect(readFileSync(path, "utf8")).toBe(before);
    expect(readdirSync(dirname(path))).toEqual(["config.json"]);
  });

  it("leaves nothing behind when it can't write", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    await expect(changeConfigFile(join(folder, "file", "config.json"), { set: { enabled: true } })).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});
