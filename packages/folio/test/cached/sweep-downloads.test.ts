import { existsSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "@larder/core";
import { expect, test } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { clearAll } from "../../src/cached/manage/clear-all.js";
import { effectiveSettings } from "../../src/configuration/effective-settings.js";
import type { FolioEvent } from "../../src/folio-events.js";
import { downloadName } from "../../src/reading/part-path.js";
import { readingParts } from "../../src/reading/reading-parts.js";
import { warmCache } from "../../src/reading/warm-cache.js";
import { memoryStorage } from "../memory-storage.js";
import { contentIdOf, openStore, url } from "./stores.js";

const item = { kind: "binary", file: "a.bin" } as const;

function fileIn(store: FolioStore, name: string, ageHours = 0): string {
  const path = join(store.directory!, "downloads", name);
  writeFileSync(path, "part");
  const then = new Date(Date.now() - ageHours * 3_600_000);
  utimesSync(path, then, then);
  return path;
}

test.each([
  ["whose checksum is known", contentIdOf("text"), { ...item, checksum: contentIdOf("text").slice(7) }],
  ["without a checksum", undefined, item],
])(
  "clearing everything leaves the file of a running download %s, and takes it when that is over",
  async (_, known, of) => {
    const store = await openStore();
    const name = downloadName(url, "a", known === undefined ? of : { ...of, checksumAlgorithm: "sha256" });
    expect(name.startsWith(known === undefined ? "item:" : "sha256:")).toBe(true);
    const path = fileIn(store, `${name.replace(":", "-")}.part`);
    await store.exclusive(name, async () => {
      await clearAll(store);
      expect(existsSync(path)).toBe(true);
    });
    await clearAll(store);
    expect(existsSync(path)).toBe(false);
  },
);

test.each(["added-0123456789abcdef.part", "moved-0123456789abcdef.part", `sha256-${"0".repeat(64)}.17-abc.part`])(
  "the file %s, for which there is no lease, is taken once it is a day old",
  async (name) => {
    const store = await openStore();
    const path = fileIn(store, name);
    await clearAll(store);
    expect(existsSync(path)).toBe(true);
    fileIn(store, name, 25);
    await clearAll(store);
    expect(existsSync(path)).toBe(false);
  },
);

test("clearing everything while an item without a checksum is downloaded does not disturb it", async () => {
  const bytes = Buffer.alloc(1_200_000, "x");
  const manifest = Buffer.from(JSON.stringify({ formatVersion: 1, items: { a: item } }));
  const objects = [
    ["a.bin", bytes],
    ["items.json", manifest],
  ] as const;
  const remote = memoryStorage({ objects });
  const store = await openStore();
  const { settings } = effectiveSettings({ process: {}, env: {}, file: null });
  const events: FolioEvent[] = [];
  const parts = readingParts({
    remote,
    store,
    settings,
    clock: systemClock,
    random: () => 0.5,
    onEvent: (event) => events.push(event),
    connect: { env: {} },
  });
  const left: string[][] = [];
  remote.before = async ({ path }) => {
    if (path !== "a.bin") return;
    await clearAll(store);
    left.push(readdirSync(join(store.directory!, "downloads")));
  };
  expect(await warmCache(parts)).toMatchObject({ downloaded: 1, failed: [] });
  expect(left.flat()).toHaveLength(1);
  expect(await store.hasContent(contentIdOf(bytes))).toBe(true);
  expect(events.filter(({ type }) => type === "warning")).toEqual([]);
});
