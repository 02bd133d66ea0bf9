import assert from "node:assert/strict";
import { sampleBytes } from "./expectations.js";
import { listed } from "./listed.js";
import type { Ground, TestDefinition } from "./test-definition.js";

/** The objects of this run. */
async function ownObjects({ storage, path }: Ground) {
  const prefix = path("");
  return (await listed(storage)).filter((object) => object.path.startsWith(prefix));
}

/** What there is. */
export const listTests: readonly TestDefinition[] = [
  {
    name: "list() tells every object once, as head() does",
    ability: "list",
    async run(ground) {
      const { storage, path, put, remove } = ground;
      assert.deepEqual(await ownObjects(ground), [], "before anything was stored");
      const names = ["a", "a.b", "a/b", "folder/deep/er", "with space+plus%20&amp;", "ünïcödé", "<angle>", "zero"];
      // A name can't be both a file and a folder everywhere.
      const stored = names.filter((name) => name !== "a");
      for (const [i, name] of stored.entries()) await put(name, sampleBytes(name === "zero" ? 0 : 10 + i, i));
      await put("removed", sampleBytes(5));
      await remove("removed");
      const objects = await ownObjects(ground);
      assert.deepEqual(
        objects.map((object) => object.path).sort(),
        stored.map((name) => path(name)).sort(),
        "the paths",
      );
      for (const object of objects) {
        const { byteLength, version } = (await storage.head(object.path)) ?? {};
        assert.equal(object.byteLength, byteLength, `the length of '${object.path}'`);
        if (object.version !== undefined) assert.equal(object.version, version, `the version of '${object.path}'`);
      }
    },
  },
  {
    name: "list() tells of as many objects as there are",
    ability: "list",
    async run(ground) {
      const { path, put } = ground;
      const names = Array.from({ length: 57 }, (_, i) => `many/${i % 7}/${i}`);
      await Promise.all(names.map((name) => put(name, sampleBytes(3))));
      const paths = (await ownObjects(ground)).map((object) => object.path);
      assert.deepEqual(paths.sort(), names.map((name) => path(name)).sort(), "the paths of 57 objects");
    },
  },
  {
    name: "list() goes on while objects come and go, and may be left",
    ability: "list",
    async run(ground) {
      const { storage, path, put, remove } = ground;
      for (let i = 0; i < 12; i++) await put(`passing/${i}`, sampleBytes(3));
      const seen = new Set<string>();
      for await (const object of storage.list!()) {
        seen.add(object.path);
        if (seen.size > 1) continue;
        await remove("passing/11");
        await put("passing/12", sampleBytes(3));
      }
      for (let i = 0; i < 11; i++) assert.ok(seen.has(path(`passing/${i}`)), `'passing/${i}' was there all the time`);
      for await (const _ of storage.list!()) break;
      assert.equal((await storage.head(path("passing/0")))?.byteLength, 3, "after a list that was left");
    },
  },
];
