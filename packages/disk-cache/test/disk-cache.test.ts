import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Cache, type CacheEvent, type TableHandle, valueDigest } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { type Table, tableFromArrays } from "apache-arrow";
import { afterAll, afterEach, describe, expect, test } from "vitest";

const parent = mkdtempSync(join(tmpdir(), "larder-disk-"));
let made = 0;
const opened: Cache[] = [];

afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
});

afterAll(() => rmSync(parent, { recursive: true, force: true }));

function open(
  directory = join(parent, String(made++)),
  events: CacheEvent[] = [],
): { cache: Cache; backend: DiskCache } {
  const onEvent = (event: CacheEvent) => void events.push(event);
  const backend = new DiskCache({ directory, onEvent });
  const cache = new Cache({ backend, onEvent });
  opened.push(cache);
  return { cache, backend };
}

function tablesIn(backend: DiskCache): string[] {
  return readdirSync(join(backend.directory, "tables"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function delays(rows: number): Table {
  return tableFromArrays({
    flight: Int32Array.from({ length: rows }, (_, i) => i),
    delay: Float64Array.from({ length: rows }, (_, i) => Math.sin(i) * 60),
    origin: Array.from({ length: rows }, (_, i) => ["SEA", "LAX", "JFK"][i % 3]!),
  });
}

describe("a table", () => {
  test("comes back equal after the process that stored it is gone, as a plain Parquet file", async () => {
    const first = open();
    const table = delays(20_000);
    expect(await first.cache.set("delays", table)).toMatchObject({ stored: true });
    await first.cache.close();
    const { cache, backend } = open(first.backend.directory);
    const again = (await cache.get<Table>("delays"))!;
    expect(valueDigest(again)).toBe(valueDigest(table));
    expect(again.schema.fields.map(({ name }) => name)).toEqual(["flight", "delay", "origin"]);
    const [file, ...others] = tablesIn(backend);
    expect(others).toEqual([]);
    expect(readFileSync(file!).subarray(0, 4).toString()).toBe("PAR1");
  });

  test("of few rows is kept in the index", async () => {
    const { cache, backend } = open();
    await cache.set("few", delays(10));
    expect(tablesIn(backend)).toEqual([]);
    expect((await cache.get<Table>("few"))!.numRows).toBe(10);
  });

  test("can be read in part, and that reads less than the whole", async () => {
    const { cache } = open();
    await cache.set("delays", delays(200_000));
    const entry = (await cache.entry("delays"))!;
    const table = entry.table() as TableHandle<Table>;
    const scan = table.scan().select(["delay"]);
    const columns = await scan.slice(5, 3).toColumns();
    expect(Array.from(columns.delay as Float64Array)).toEqual([5, 6, 7].map((i) => Math.sin(i) * 60));
    expect(scan.bytesRead).toBeLessThan(entry.record.byteLength / 2);
    await table.close();
    await entry.close();
  });

  test("whose file was cut short or flipped is computed again, and stored again", async () => {
    for (const damage of [(file: string) => truncateSync(file, 1000), flip]) {
      const events: CacheEvent[] = [];
      const { cache, backend } = open(undefined, events);
      const table = delays(50_000);
      await cache.set("delays", table);
      damage(tablesIn(backend)[0]!);
      let computed = 0;
      const compute = () => {
        computed++;
        return table;
      };
      expect(valueDigest(await cache.getOrSet("delays", compute))).toBe(valueDigest(table));
      expect(valueDigest(await cache.getOrSet("delays", compute))).toBe(valueDigest(table));
      expect(computed).toBe(1);
      expect(events.some((event) => event.type === "warning" && event.code === "damaged-blob")).toBe(true);
    }
  });

  test("stays readable while it is overwritten", async () => {
    const { cache } = open();
    await cache.set("delays", delays(50_000));
    const entry = (await cache.entry("delays"))!;
    await cache.set("delays", delays(60_000));
    expect((await entry.value<Table>()).numRows).toBe(50_000);
    await entry.close();
    expect((await cache.get<Table>("delays"))!.numRows).toBe(60_000);
  });
});

test("values of every other kind come back as they are", async () => {
  const { cache } = open();
  const values = [
    undefined,
    null,
    0,
    -0,
    Number.NaN,
    "text",
    { nested: [1n, new Date(5), new Map([["a", new Set([1])]])] },
    new Float32Array([1, 2]),
    new Uint8Array(300_000).fill(7),
  ];
  for (const [i, value] of values.entries()) await cache.set(`value ${i}`, value);
  for (const [i, value] of values.entries()) expect(await cache.get(`value ${i}`)).toEqual(value);
});

test("without a directory the cache is in .cache/larder, below where the process was when it was made", () => {
  expect(new DiskCache().directory).toBe(join(process.cwd(), ".cache", "larder"));
});

test("where nobody has set a limit it is 50 GiB, and what someone has set stays", async () => {
  const { backend } = open();
  const { directory } = backend;
  expect(await backend.policy()).toMatchObject({ sizeLimitBytes: 50 * 2 ** 30, evictionPolicy: "least-recently-used" });
  const told = new DiskCache({ directory, sizeLimitBytes: 2 ** 20, evictionPolicy: "cost-aware" });
  expect(await told.volume()).toMatchObject({ limitBytes: 2 ** 20 });
  await told.close();
  await backend.close();
  const again = open(directory).backend;
  expect(await again.policy()).toMatchObject({ sizeLimitBytes: 2 ** 20, evictionPolicy: "cost-aware" });
});

test("values that are no tables can be kept where apache-arrow is not installed", async () => {
  const program = fileURLToPath(new URL("./programs/without-arrow.ts", import.meta.url));
  const hooks = `export async function resolve(name, context, next) {
    if (name === "apache-arrow") throw new Error("apache-arrow is not installed");
    return next(name, context);
  }`;
  const register = `import { register } from "node:module"; register(${JSON.stringify(asModule(hooks))});`;
  const node = ["--conditions=larder-source", "--import", "tsx", "--import", asModule(register), program];
  const { stdout } = await promisify(execFile)(process.execPath, [...node, join(parent, String(made++))]);
  expect(JSON.parse(stdout)).toEqual({ value: { x: 1 }, large: 200_000, arrow: "apache-arrow is not installed" });
});

function asModule(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

function flip(file: string): void {
  const bytes = readFileSync(file);
  bytes[Math.floor(bytes.byteLength / 3)]! ^= 4;
  chmodSync(file, 0o600);
  writeFileSync(file, bytes);
}
