import { valueDigest } from "@larder/core";
import { buildCache } from "@larder/disk-cache";
import { expect, onTestFinished, test } from "vitest";
import { temporaryDirectory } from "../temporary-directory.js";
import { someTable } from "./some-table.js";

const rows = 20_000;

/** How a table is stored in a cache of a kind after it was read so often. */
async function storedAfter(reads: number, settings: { tables?: "hot" | "cold" | "by-use"; hotTableBytes?: string }) {
  const cache = await buildCache("table", { directory: temporaryDirectory(), inlineLimitBytes: 0, ...settings });
  onTestFinished(() => cache.close());
  await cache.set("table", someTable(rows));
  const bytes = (await cache.volume()).sizeBytes;
  for (let i = 0; i < reads; i++) expect(valueDigest(await cache.get("table"))).toBe(valueDigest(someTable(rows)));
  const details = async () => {
    const entry = (await cache.entry("table"))!;
    await entry.close();
    return entry.record.details;
  };
  return { cache, details, bytes };
}

test("a cache of a kind whose tables are stored by use has them cold, and hot when they were read", async () => {
  const { cache, details, bytes } = await storedAfter(2, { tables: "by-use", hotTableBytes: "64 MiB" });
  expect(await details()).toEqual({ rows, columns: 5, profile: "cold" });
  await cache.get("table");
  await expect.poll(details).toEqual({ rows, columns: 5, coldBytes: expect.any(Number) });
  expect((await cache.volume()).sizeBytes).toBeGreaterThan(bytes);
  expect(valueDigest(await cache.get("table"))).toBe(valueDigest(someTable(rows)));
});

test.each([
  ["hot", { rows, columns: 5 }],
  ["cold", { rows, columns: 5, profile: "cold" }],
  [undefined, { rows, columns: 5 }],
] as const)("where they are stored %s, they stay so", async (tables, wanted) => {
  const { cache, details } = await storedAfter(5, tables === undefined ? {} : { tables });
  await cache.close();
  expect(await details()).toEqual(wanted);
});
