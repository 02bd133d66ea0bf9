import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeParquetFile } from "@larder/store-parquet";
import { describe, expect, it } from "vitest";
import { sampleTable } from "../harness/make-caches.js";
import { larderJson, runLarder } from "../harness/run-larder.js";
import { workingFolder } from "../harness/working-folder.js";

interface ListedBundle {
  readonly url: string;
  readonly items: readonly { readonly item: string; readonly cached: boolean; readonly pinned: boolean }[];
}

/** A folder with a bundle of three items: `notes`, `model` and the table `people`. */
async function folderWithBundle(): Promise<{ readonly cwd: string; readonly url: string }> {
  const cwd = await workingFolder();
  await writeFile(join(cwd, "notes.json"), '{"a":[1,2]}');
  await writeFile(
    join(cwd, "model.bin"),
    new Uint8Array(100_000).map((_, i) => i % 251),
  );
  await writeParquetFile(join(cwd, "people.parquet"), { batches: [sampleTable()] });
  await larderJson(["add", "lab", "notes", "notes.json", "--description", "What we know"], { cwd });
  await larderJson(["add", "lab", "model", "model.bin", "--kind", "model", "--updated-by", "maria@host"], { cwd });
  await larderJson(["add", "lab", "people", "people.parquet"], { cwd });
  return { cwd, url: pathToFileURL(join(cwd, "lab")).href };
}

async function cachedIn(cwd: string): Promise<readonly string[]> {
  const { caches } = await larderJson<{ caches: { bundles: ListedBundle[] }[] }>(["cache", "list"], { cwd });
  const items = caches.flatMap(({ bundles }) => bundles.flatMap((bundle) => bundle.items));
  return items.filter(({ cached }) => cached).map(({ item }) => item);
}

describe("larder, on bundles", () => {
  it("adds files to a bundle, lists them, and gets their bytes back", async () => {
    const { cwd, url } = await folderWithBundle();
    const { items } = await larderJson<{ items: object[] }>(["list", "lab"], { cwd });
    expect(items).toEqual([
      expect.objectContaining({ name: "model", kind: "model", sizeBytes: 100_000, updatedBy: "maria@host" }),
      expect.objectContaining({ name: "notes", kind: "json", description: "What we know" }),
      expect.objectContaining({ name: "people", kind: "table" }),
    ]);
    expect((await runLarder(["get", "lab", "notes"], { cwd })).stdout).toBe('{"a":[1,2]}');
    const told = await larderJson(["get", url, "model", "-o", "copy.bin"], { cwd });
    expect(told).toMatchObject({ item: "model", bytes: 100_000 });
    expect(await readFile(join(cwd, "copy.bin"))).toEqual(await readFile(join(cwd, "model.bin")));
    expect(await larderJson(["get", "lab", "modle", "-o", "x"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "unknown-item", message: expect.stringContaining("model") },
    });
    expect(await readdir(cwd)).not.toContain("x");
  });

  it("refuses JSON that would lose digits, or is none", async () => {
    const { cwd } = await folderWithBundle();
    await writeFile(join(cwd, "big.json"), '{"id": 9007199254740993, "text": "12345678901234567890"}');
    expect(await larderJson(["add", "lab", "big", "big.json"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "inexact-json" },
    });
    expect(await larderJson(["add", "lab", "big", "big.json", "--kind", "file"], { cwd })).toMatchObject({
      kind: "file",
    });
    await writeFile(join(cwd, "bad.json"), "{");
    expect(await larderJson(["add", "lab", "bad", "bad.json"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "invalid-json" },
    });
  });

  it("warms a bundle, shows what is cached, and reads it offline", async () => {
    const { cwd, url } = await folderWithBundle();
    expect(await larderJson(["cache", "warm", "lab"], { cwd })).toMatchObject({
      downloaded: 3,
      alreadyCached: 0,
      failed: [],
    });
    expect(await larderJson(["cache", "warm", "lab", "model"], { cwd })).toMatchObject({
      downloaded: 0,
      alreadyCached: 1,
    });
    expect(await cachedIn(cwd)).toEqual(["model", "notes", "people"]);
    const { found } = await larderJson<{ found: object[] }>(["cache", "status", "model"], { cwd });
    expect(found).toEqual([
      expect.objectContaining({
        url,
        item: "model",
        cached: true,
        sizeBytes: 100_000,
        checksumValid: true,
        pinned: false,
      }),
    ]);
    const stats = await larderJson<{ caches: object[] }>(["cache", "stats"], { cwd });
    expect(stats.caches).toEqual([expect.objectContaining({ type: "folio", entries: 3, bundles: 1, downloads: 3 })]);
    expect((await runLarder(["get", "lab", "notes", "--offline"], { cwd })).stdout).toBe('{"a":[1,2]}');
    const human = await runLarder(["cache", "list", "lab"], { cwd });
    expect(human.stdout).toMatch(/model +model +98 KiB/);
  });

  it("reads tables of a bundle, cached or not", async () => {
    const { cwd } = await folderWithBundle();
    const remote = await larderJson(["head", "people", "-b", "lab", "-c", "id", "-r", "1"], { cwd });
    expect(remote).toMatchObject({ rows: 3, head: [{ id: 1 }] });
    await larderJson(["cache", "warm", "lab"], { cwd });
    expect(await larderJson(["schema", "people"], { cwd })).toMatchObject({ rows: 3 });
    expect((await runLarder(["export", "people", "-c", "id"], { cwd })).stdout).toBe("id\n1\n9007199254740993\n-3\n");
    expect(await larderJson(["head", "model"], { cwd, exitCode: 1 })).toMatchObject({ error: { code: "not-a-table" } });
  });

  it("pins and unpins items, and names the nearest way out when there is none of that name", async () => {
    const { cwd } = await folderWithBundle();
    await larderJson(["cache", "warm", "lab"], { cwd });
    const { pinned } = await larderJson<{ pinned: object[] }>(["cache", "pin", "model", "notes"], { cwd });
    expect(pinned).toHaveLength(2);
    expect(await larderJson(["cache", "status", "model"], { cwd })).toMatchObject({ found: [{ pinned: true }] });
    await larderJson(["cache", "cleanup", "--older-than", "0s", "-y"], { cwd });
    expect(await cachedIn(cwd)).toEqual(["model", "notes"]);
    await larderJson(["cache", "unpin", "model"], { cwd });
    expect(await larderJson(["cache", "status", "model"], { cwd })).toMatchObject({ found: [{ pinned: false }] });
    expect(await larderJson(["cache", "pin", "modle"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "unknown-item" },
    });
  });

  it("clears one bundle of several, dry first, and leaves the bundle itself alone", async () => {
    const { cwd, url } = await folderWithBundle();
    await larderJson(["add", "other", "notes", "notes.json"], { cwd });
    await larderJson(["cache", "warm", "lab"], { cwd });
    await larderJson(["cache", "warm", "other"], { cwd });
    expect(await larderJson(["cache", "status", "notes"], { cwd })).toMatchObject({ found: [{}, {}] });
    expect(await larderJson(["cache", "pin", "notes"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "ambiguous-item" },
    });
    const planned = await larderJson<{ items: number; bytes: number }>(["cache", "clear", "lab", "--dry-run"], { cwd });
    expect(planned).toMatchObject({ dryRun: true, items: 3, cleared: [{ url }] });
    expect(await cachedIn(cwd)).toHaveLength(4);
    expect(await larderJson(["cache", "clear", "lab", "--yes"], { cwd })).toMatchObject({
      dryRun: false,
      items: 3,
      bytes: planned.bytes,
    });
    expect(await cachedIn(cwd)).toEqual(["notes"]);
    expect(await larderJson(["cache", "clear", "nonsense", "-y"], { cwd, exitCode: 1 })).toMatchObject({
      error: { code: "unknown-bundle" },
    });
    expect(await larderJson(["list", "lab"], { cwd })).toMatchObject({ items: [{}, {}, {}] });
    expect(await larderJson(["cache", "clear", "--all", "-y"], { cwd })).toMatchObject({ items: 1 });
  });

  it("finds damage, removes it with --fix, and fetches it again", async () => {
    const { cwd } = await folderWithBundle();
    await larderJson(["cache", "warm", "lab"], { cwd });
    const blobs = join(cwd, ".cache", "larder-folio", "store", "blobs");
    const [file] = (await readdir(blobs, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const path = join(file!.parentPath, file!.name);
    await writeFile(path, (await readFile(path)).fill(1, 500, 600));
    const report = await larderJson<{ caches: { problems: object[] }[] }>(["cache", "verify"], { cwd, exitCode: 3 });
    expect(report.caches[0]!.problems).toEqual([
      expect.objectContaining({ item: expect.stringContaining("model"), problem: "damaged" }),
    ]);
    expect((await runLarder(["cache", "verify", "--fix"], { cwd })).exitCode).toBe(0);
    await runLarder(["get", "lab", "model", "-o", "copy.bin"], { cwd });
    expect(await readFile(join(cwd, "copy.bin"))).toEqual(await readFile(join(cwd, "model.bin")));
    expect((await runLarder(["cache", "verify"], { cwd })).exitCode).toBe(0);
  });

  it("exports a cache to an archive, and imports it where there is no remote", async () => {
    const { cwd, url } = await folderWithBundle();
    await larderJson(["cache", "warm", "lab"], { cwd });
    expect(await larderJson(["cache", "export", "lab.tar.gz", "-b", "lab"], { cwd })).toMatchObject({ url, items: 3 });
    expect(await larderJson(["cache", "export", "lab.tar.gz"], { cwd, exitCode: 2 })).toMatchObject({
      error: { code: "file-exists" },
    });
    const elsewhere = await workingFolder();
    expect(await larderJson(["cache", "import", join(cwd, "lab.tar.gz")], { cwd: elsewhere })).toMatchObject({
      items: 3,
    });
    expect((await runLarder(["get", url, "notes", "--offline"], { cwd: elsewhere })).stdout).toBe('{"a":[1,2]}');
    await writeFile(join(cwd, "bad.tar.gz"), (await readFile(join(cwd, "lab.tar.gz"))).subarray(0, 2000));
    const { error } = await larderJson<{ error: { code: string } }>(["cache", "import", "bad.tar.gz"], {
      cwd,
      exitCode: 1,
    });
    expect(error.code).toMatch(/archive/);
  });

  it("analyzes a bundle, and moves what is large out of it", async () => {
    const { cwd } = await folderWithBundle();
    expect(await larderJson(["analyze", "lab", "--threshold", "50KB"], { cwd })).toMatchObject({
      items: 3,
      largest: expect.arrayContaining([expect.objectContaining({ item: "model", sizeBytes: 100_000 })]),
      suggestions: expect.arrayContaining([
        expect.objectContaining({ item: "model", suggestion: "convert-to-reference" }),
      ]),
    });
    const planned = await larderJson(["optimize", "lab", "--threshold", "50KB", "--dry-run"], { cwd });
    expect(planned).toMatchObject({ dryRun: true, converted: [{ item: "model" }] });
    expect((await runLarder(["optimize", "lab", "--threshold", "50KB"], { cwd })).exitCode).toBe(2);
    expect(await larderJson(["optimize", "lab", "--threshold", "50KB", "-y"], { cwd })).toMatchObject({
      converted: [{ item: "model" }],
    });
    const { items } = await larderJson<{ items: { name: string; isReference: boolean }[] }>(["list", "lab"], { cwd });
    expect(items.filter(({ isReference }) => isReference).map(({ name }) => name)).toEqual(["model"]);
    await runLarder(["get", "lab", "model", "-o", "copy.bin"], { cwd });
    expect(await readFile(join(cwd, "copy.bin"))).toEqual(await readFile(join(cwd, "model.bin")));
  });

  it("deletes items, and makes them references and back, when that was confirmed", async () => {
    const { cwd } = await folderWithBundle();
    expect(await larderJson(["delete", "lab", "notes"], { cwd, exitCode: 2 })).toMatchObject({
      error: { code: "confirmation-needed" },
    });
    expect(await larderJson(["delete", "lab", "notes", "--dry-run"], { cwd })).toMatchObject({ changed: false });
    expect(await larderJson(["delete", "lab", "notes", "-y"], { cwd })).toMatchObject({ changed: true, kind: "json" });
    const address = pathToFileURL(join(cwd, "model.bin")).href;
    expect(await larderJson(["reference", "lab", "model", "--to", address, "-y"], { cwd })).toMatchObject({
      changed: true,
      wasReference: false,
    });
    const references = async () =>
      (await larderJson<{ items: { name: string; isReference: boolean }[] }>(["list", "lab"], { cwd })).items;
    expect(await references()).toMatchObject([
      { name: "model", isReference: true },
      { name: "people", isReference: false },
    ]);
    await larderJson(["include", "lab", "model", "-y"], { cwd });
    expect(await references()).toMatchObject([{ isReference: false }, {}]);
  });

  it("changes the configuration file, and says where each setting comes from", async () => {
    const { cwd } = await folderWithBundle();
    const env = { LARDER_TTL_SECONDS: "60" };
    const { file } = await larderJson<{ file: string }>(["cache", "config", "--max-size", "100GB", "--disable"], {
      cwd,
      env,
    });
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
      enabled: false,
      limits: { maxCacheSizeBytes: 100 * 2 ** 30 },
    });
    const { settings } = await larderJson<{
      settings: { name: string; value: unknown; source: string; hasEffect: boolean }[];
    }>(["config"], { cwd, env });
    const of = (name: string) => settings.find((setting) => setting.name === name);
    expect(of("enabled")).toMatchObject({ value: false, source: "file" });
    expect(of("maxCacheSizeBytes")).toMatchObject({ value: 107_374_182_400, source: "file" });
    expect(of("ttlSeconds")).toMatchObject({ value: 60, source: "environment", key: "LARDER_TTL_SECONDS" });
    expect(of("evictionPolicy")).toMatchObject({ value: "lru", source: "default", hasEffect: true });
    expect(of("compression")).toMatchObject({ hasEffect: false });
    await larderJson(["get", "lab", "model", "-o", "copy.bin"], { cwd, env });
    expect(await readdir(join(cwd, ".cache")).catch(() => [])).not.toContain("larder-folio/store/blobs");
    await larderJson(["cache", "config", "--enable"], { cwd, env });
    expect((await runLarder(["config"], { cwd, env })).stdout).toMatch(
      /maxCacheSizeBytes +100 GiB +file +limits\.maxCacheSizeBytes/,
    );
    expect((await runLarder(["config"], { cwd, env })).stdout).toMatch(/compression +auto \(no effect\) +default/);
  });
});
