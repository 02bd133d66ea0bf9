import { expect, test } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { cleanupOrphanedCaches } from "../../src/cached/manage/cleanup-orphaned-caches.js";
import { verifyCache } from "../../src/cached/manage/verify-cache.js";
import { contentKey } from "../../src/cached/store-keys.js";
import { startProgram } from "./start-program.js";
import { all, openStore, temporaryFolder } from "./stores.js";

const seed = Number(process.env.LARDER_SEED ?? 20_261_127);

/** Every content is as strong as the items that have it, and nothing is lost or damaged. */
async function expectConsistent(store: FolioStore): Promise<void> {
  expect((await verifyCache(store)).problems).toEqual([]);
  expect((await store.check!({})).problems).toEqual([]);
  const rows = [];
  for await (const { url } of store.bundles()) rows.push(...(await all(store.items(url))));
  for await (const { content } of store.contents()) {
    const stored = await store.backend.getBlob(contentKey(content));
    await stored?.close?.();
    const named = rows.filter((row) => row.content === content);
    const { pinned = false, priority = 0 } = stored!.record;
    expect({ pinned, priority }).toEqual({
      pinned: named.some((row) => row.pinned),
      priority: Math.max(0, ...named.map((row) => row.priority)),
    });
  }
}

test("processes that change the same items at once leave rows, contents and pins that belong together", async () => {
  const directory = temporaryFolder();
  const programs = [1, 2, 3].map((number) => startProgram("change-rows", [directory, String(seed + number), "250"]));
  for (const { errors, output } of await Promise.all(programs.map((program) => program.ended))) {
    expect(errors).toBe("");
    expect(output.at(-1)).toBe("done");
  }
  await expectConsistent(await openStore({ directory }));
}, 180_000);

test("a process that is killed while it writes leaves nothing half done", async () => {
  const directory = temporaryFolder();
  for (let round = 0; round < 4; round++) {
    const program = startProgram("change-rows", [directory, String(seed + round), "100000"]);
    await program.printed("under way");
    program.child.kill("SIGKILL");
    await program.ended;
    const store = await openStore({ directory });
    // What a killed process has left in its folder is no problem of rows and contents.
    await store.check!({ fix: true });
    await expectConsistent(store);
    await cleanupOrphanedCaches(store, { clock: { now: () => Date.now() + 7_200_000, monotonic: () => 0 } });
    await expectConsistent(store);
    await store.close();
  }
}, 180_000);
