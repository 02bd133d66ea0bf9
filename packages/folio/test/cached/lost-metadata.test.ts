import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { expect, test } from "vitest";
import type { FolioEvent } from "../../src/folio-events.js";
import { all, openStore, putText, rowOf, temporaryFolder, textOf, url } from "./stores.js";

const other = "https://host/other";

/** A closed directory with three items in two bundles, one of them pinned and one of high priority. */
async function filledDirectory(): Promise<string> {
  const directory = temporaryFolder();
  const store = await openStore({ directory });
  await putText(store, "a", "text of a");
  await putText(store, "dir/b é", "shared", { pinned: true, updatedBy: "someone" });
  await putText(store, "c", "shared", { url: other, priority: 40, kind: "json" });
  await store.putBundle({ url, manifestText: "{}", manifestVersion: "v", manifestChecksum: "c", lastManifestCheck: 5 });
  await store.close();
  return directory;
}

const losses: readonly (readonly [string, (index: string) => void])[] = [
  ["deleted", (index) => rmSync(index)],
  ["emptied", (index) => truncateSync(index, 0)],
  ["cut to half", (index) => truncateSync(index, Math.floor(statSync(index).size / 2 / 4096) * 4096)],
  ["overwritten with zeros", (index) => writeFileSync(index, Buffer.alloc(statSync(index).size))],
];

test.each(losses)(
  "when the index is %s, all items are found again by their files, as expired, with a warning",
  async (_, lose) => {
    const directory = await filledDirectory();
    lose(join(directory, "store", "index.lmdb"));
    const events: FolioEvent[] = [];
    const store = await openStore({ directory, onEvent: (event) => events.push(event) });
    const warnings = events.filter((event) => event.type === "warning" && event.code === "metadata-rebuilt");
    expect(warnings).toEqual([expect.objectContaining({ facts: { directory, items: 3 } })]);
    expect((await all(store.bundles())).map((bundle) => bundle.url).sort()).toEqual([other, url].sort());
    const { content, sizeBytes, remoteChecksum } = rowOf("a", "text of a");
    expect(await store.item(url, "a")).toMatchObject({
      name: "a",
      kind: "text",
      file: "items/a.txt",
      content,
      sizeBytes,
      remoteChecksum,
      lastVerified: 0,
      pinned: false,
    });
    expect(await store.item(url, "dir/b é")).toMatchObject({
      lastVerified: 0,
      pinned: true,
      content: rowOf("", "shared").content,
    });
    expect(await store.item(other, "c")).toMatchObject({ kind: "json", priority: 40 });
    expect(await textOf(store, content)).toBe("text of a");
    // Links are there again, too: what is shared goes with the last.
    expect(await store.removeItem(url, "dir/b é")).toBe(0);
    expect(await store.removeItem(other, "c")).toBe("shared".length);
    await store.close();
    const again = await openStore({ directory, onEvent: (event) => events.push(event) });
    expect((await all(again.items(url))).map(({ name }) => name)).toEqual(["a"]);
    expect(events.filter((event) => event.type === "warning" && event.code === "metadata-rebuilt")).toHaveLength(1);
  },
);

test("a cache that is new, and one that was cleared, are not taken for one that was lost", async () => {
  const events: FolioEvent[] = [];
  const directory = temporaryFolder();
  const store = await openStore({ directory, onEvent: (event) => events.push(event) });
  await putText(store, "a", "text");
  await store.clear();
  await store.close();
  const again = await openStore({ directory, onEvent: (event) => events.push(event) });
  expect(await all(again.items(url))).toEqual([]);
  expect(events).toEqual([]);
});

/** Every file of a directory, relative. */
function filesIn(directory: string, folder = ""): string[] {
  return readdirSync(join(directory, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(directory, path) : [path];
  });
}

const damages: readonly (readonly [string, (path: string) => void])[] = [
  ["truncated", (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
  ["flipped", (path) => flip(path)],
  ["deleted", (path) => rmSync(path)],
];

function flip(path: string): void {
  const bytes = readFileSync(path);
  if (bytes.byteLength === 0) return;
  for (let at = 7; at < bytes.byteLength; at += 101) bytes[at]! ^= 0x40;
  rmSync(path);
  writeFileSync(path, bytes, { mode: 0o600 });
}

test.each(damages)(
  "with any one file of the directory %s, the store opens and gives the right bytes or none",
  async (_, damage) => {
    const texts = new Map([
      ["a", "text of a"],
      ["b", "b".repeat(200_000)],
      ["c", "text of c"],
    ]);
    const filled = async () => {
      const directory = temporaryFolder();
      const store = await openStore({ directory });
      for (const [name, text] of texts) await putText(store, name, text);
      await store.close();
      return directory;
    };
    const files = filesIn(await filled()).filter((path) => !path.endsWith("-lock"));
    expect(files.length).toBeGreaterThanOrEqual(texts.size + 2);
    for (let i = 0; i < files.length; i++) {
      const directory = await filled();
      const victim = join(directory, filesIn(directory).filter((path) => !path.endsWith("-lock"))[i]!);
      damage(victim);
      const store = await openStore({ directory });
      let there = 0;
      for (const [name, text] of texts) {
        const row = await store.item(url, name);
        const found = row && (await textOf(store, row.content).catch(damagedAsNone));
        if (found !== undefined) there++;
        if (found !== undefined) expect(found === text, `${name} with ${victim} damaged`).toBe(true);
        await putText(store, name, text);
        expect(await textOf(store, (await store.item(url, name))!.content)).toBe(text);
      }
      expect(there, `with ${victim} damaged`).toBeGreaterThanOrEqual(texts.size - 1);
      await store.close();
      expect(existsSync(join(directory, "store", "index.lmdb"))).toBe(true);
    }
  },
  120_000,
);

function damagedAsNone(error: unknown): undefined {
  if (!LarderError.isInstance(error, "damaged-blob")) throw error;
}
