import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { type TableHandle, valueDigest } from "@larder/core";
import type { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { valueAt, wideTable } from "../tables/wide-table.js";
import { hotCache } from "./hot-cache.js";
import { someTable } from "./some-table.js";

const rows = 4000;
const table = someTable(rows);
const other = someTable(rows, 5);

/** A cache where `meddle` happens when "table" was written anew and is about to be replaced; done when "after" is hot. */
async function meddled(meddle: (disk: ReturnType<typeof hotCache>) => Promise<unknown>) {
  const disk = hotCache();
  const { cache, backend, read, told } = disk;
  await cache.set("table", table, { ttlSeconds: 1000 });
  await cache.set("after", someTable(1000, 9));
  let meddled = 0;
  backend.meddle = async (key) => {
    if (key !== "table") return;
    meddled++;
    await meddle(disk);
  };
  await read("table", 3);
  await read("after", 3);
  await told("table-made-hot", "after");
  expect(meddled).toBe(1);
  expect((await backend.check()).problems).toEqual([]);
  return disk;
}

describe("while a table is written anew,", () => {
  test("another value that is stored under its key stays", async () => {
    const { cache, growthOf, events } = await meddled(({ cache }) => cache.set("table", other));
    expect(valueDigest(await cache.get("table"))).toBe(valueDigest(other));
    expect(await growthOf("table")).toBeUndefined();
    expect(events.filter((event) => event.type === "table-made-hot").map(({ key }) => key)).toEqual(["after"]);
  });

  test("a value that is no table and stored under its key stays", async () => {
    const { cache } = await meddled(({ cache }) => cache.set("table", "text"));
    expect(await cache.get("table")).toBe("text");
  });

  test("its deletion stands", async () => {
    const { cache, files } = await meddled(({ cache }) => cache.delete("table"));
    expect(await cache.has("table")).toBe(false);
    expect(files("tables")).toHaveLength(1);
  });

  test("and all of the cache is cleared, it stays gone", async () => {
    const disk = hotCache();
    await disk.cache.set("table", table);
    const cleared = new Promise<void>((resolve) => {
      disk.backend.meddle = () => disk.cache.clear().then(resolve);
    });
    await disk.read("table", 3);
    await cleared;
    await disk.cache.close();
    expect(await disk.cache.has("table")).toBe(false);
    expect((await disk.backend.volume()).entries).toBe(0);
    expect(disk.files("tmp").filter((file) => file.endsWith(".blob"))).toEqual([]);
  });

  test("and expires, it is as expired as before", async () => {
    const { cache, recordOf } = await meddled(async ({ time }) => {
      time.now += 2_000_000;
    });
    expect(await cache.get("table")).toBeUndefined();
    expect((await recordOf("table"))?.expiresAt ?? 0).toBeLessThan(1_700_000_002_000_000);
  });

  test("and is given a new time to live, it has that", async () => {
    const { cache, recordOf, growthOf, time } = await meddled(({ cache }) =>
      cache.touch("table", { ttlSeconds: 5000 }),
    );
    expect((await recordOf("table"))!.expiresAt).toBeGreaterThan(time.now + 4_000_000);
    expect(await growthOf("table")).toBeGreaterThan(0);
    expect(valueDigest(await cache.get("table"))).toBe(valueDigest(table));
  });

  test("whoever has the old bytes open reads on", async () => {
    let entry: { table(): TableHandle; value(): Promise<unknown>; close(): Promise<void> };
    let open: TableHandle<Table>;
    const disk = await meddled(async ({ cache }) => {
      entry = (await cache.entry("table"))!;
      open = entry.table() as TableHandle<Table>;
      await open.scan().head(10).toArrow();
    });
    expect(await disk.growthOf("table")).toBeGreaterThan(0);
    const late = (
      await open!
        .scan()
        .slice(rows - 5, 5)
        .toColumns()
    ).value!;
    expect([...(late as Float64Array)]).toEqual([
      ...table
        .getChild("value")!
        .toArray()
        .subarray(rows - 5),
    ]);
    expect(valueDigest(await entry!.value())).toBe(valueDigest(table));
    await entry!.close();
  });

  test("the cache can be closed: the table stays cold, and nothing is left behind", async () => {
    const { cache, backend, read, files } = hotCache();
    await cache.set("table", table);
    let closing: Promise<void> | undefined;
    const begun = new Promise<void>((resolve) => {
      backend.meddle = () => {
        closing = cache.close();
        resolve();
      };
    });
    await read("table", 3);
    await begun;
    await closing;
    expect(files("tmp")).toEqual([]);
    await read("table", 3);
    await cache.close();
    expect(files("tmp")).toEqual([]);
    expect(valueDigest(await cache.get("table"))).toBe(valueDigest(table));
    expect((await backend.check()).problems).toEqual([]);
  });

  test("many read it, and all get its value", async () => {
    const { cache, read, told } = hotCache();
    await cache.set("table", table);
    await read("table", 3);
    const wanted = valueDigest(table);
    let isHot = false;
    const hot = told("table-made-hot").then(() => {
      isHot = true;
    });
    let reads = 0;
    while (!isHot || reads < 10) {
      expect(valueDigest(await cache.get("table"))).toBe(wanted);
      reads++;
    }
    await hot;
  });
});

/** Changes bits of a file, as a disk does. */
function damage(file: string, places: (byteLength: number) => readonly number[]): void {
  chmodSync(file, 0o600);
  const bytes = readFileSync(file);
  for (const at of places(bytes.length)) bytes[at]! ^= 4;
  writeFileSync(file, bytes);
}

describe("a cold table that is damaged", () => {
  test("is a miss with a warning, and does not become hot", async () => {
    const { cache, read, told, events, files } = hotCache();
    await cache.set("table", table);
    await read("table", 2);
    damage(files("tables")[0]!, (length) => [length >> 1]);
    await cache.set("after", someTable(1000, 9));
    expect(await cache.get("table")).toBeUndefined();
    await read("after", 3);
    await told("table-made-hot", "after");
    const codes = events.flatMap((event) => (event.type === "warning" ? [event.code] : []));
    expect([...new Set(codes)]).toEqual(["damaged-blob"]);
    expect(await cache.has("table")).toBe(false);
    expect(files("quarantine")).toHaveLength(1);
  });

  test("is noticed when it is written anew, where nobody has read the damaged part before", async () => {
    const { cache, read, told, events, files } = hotCache();
    await cache.set("table", wideTable(60_000));
    damage(files("tables")[0]!, (length) => [length >> 1]);
    await cache.set("after", someTable(1000, 9));
    for (let i = 0; i < 3; i++) {
      const entry = (await cache.entry("table"))!;
      const head = await entry.table().scan().select(["a"]).head(2).toColumns();
      expect(head.a![1]).toBe(valueAt(1, 0));
      await entry.close();
    }
    await read("after", 3);
    await told("table-made-hot", "after");
    expect(events.flatMap((event) => (event.type === "warning" ? [event.code] : []))).toEqual(["damaged-blob"]);
    expect(await cache.get("table")).toBeUndefined();
  });
});
