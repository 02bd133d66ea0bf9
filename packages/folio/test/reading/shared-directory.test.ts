import { mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { exportSharedDirectory } from "../../src/shared-directory/export-shared-directory.js";
import { expectBytes } from "./expect-bytes.js";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const bytes = sampleBytes(90_000, 1);
const other = sampleBytes(80_000, 2);

/** A bundle of two items of which a shared directory has one, and an empty cache. */
async function sharedGround() {
  const ground = await folioGround();
  ground.bundle.put("a", bytes);
  ground.bundle.put("b", other);
  const folder = await mkdtemp(join(tmpdir(), "folio-shared-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const filler = await ground.open({ cache: { directory: `${ground.directory}/filler` } });
  await filler.get("a");
  await filler.close();
  const store = await openFolioStore({ directory: `${ground.directory}/filler` });
  await exportSharedDirectory(store, folder);
  await store.close();
  ground.requests();
  return { ...ground, folder };
}

test("what a shared directory has is not downloaded, and what it has not comes from the remote", async () => {
  const { open, folder, events, requests } = await sharedGround();
  const folio = await open({ cache: { sharedCacheDirectory: folder } });
  expectBytes(await folio.get("a"), bytes);
  expect(requests()).toEqual(["GET items.json 200"]);
  expect(events).toContainEqual(expect.objectContaining({ type: "hit", item: "a", from: "shared" }));
  expectBytes(await folio.get("b"), other);
  expect(requests()).toEqual(["GET b 200"]);
});

test("a damaged shared copy is passed over with a warning, and never returned", async () => {
  const { open, folder, requests, warnings } = await sharedGround();
  for (const entry of await readdir(join(folder, "blobs"), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) await truncate(path, (await stat(path)).size - 1);
  }
  const folio = await open({ cache: { sharedCacheDirectory: folder } });
  expectBytes(await folio.get("a"), bytes);
  expect(warnings()).toEqual(["shared-directory"]);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
});

test("an item that changed since is not taken from the shared directory", async () => {
  const { bundle, open, folder, requests } = await sharedGround();
  const newer = sampleBytes(70_000, 3);
  bundle.put("a", newer);
  const folio = await open({ cache: { sharedCacheDirectory: folder } });
  expectBytes(await folio.get("a"), newer);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
});

test("a directory that is not there changes nothing, and the local copy comes first unless told otherwise", async () => {
  const { open, folder, events } = await sharedGround();
  const folio = await open({ cache: { sharedCacheDirectory: join(folder, "not-there") } });
  expectBytes(await folio.get("a"), bytes);
  const local = await open({ cache: { sharedCacheDirectory: folder } });
  await local.has("a");
  await local.get("a");
  expect(events.at(-1)).toMatchObject({ type: "hit", from: "local" });
  const shared = await open({ cache: { sharedCacheDirectory: folder, sharedCachePriority: "first" } });
  await shared.has("a");
  expectBytes(await shared.get("a"), bytes);
  expect(events.at(-1)).toMatchObject({ type: "hit", from: "shared" });
});
