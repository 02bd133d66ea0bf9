import assert from "node:assert/strict";
import type { CacheBackend } from "../backend.js";
import type { TagIndex, TagQuery } from "../capabilities/index.js";
import { expectBytes } from "./expectations.js";
import type { Ground } from "./ground.js";
import { byUtf8 } from "./listed.js";
import { expiredButKept, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** For backends that find blobs by their tags. Every tag that is deleted by begins with the prefix of the test. */
export const tagTests: readonly TestDefinition[] = [
  {
    name: "the keys under a tag are listed in the order of their UTF-8 bytes, expired ones too",
    brief: true,
    capability: "tags",
    async run(ground) {
      const tags = [tagOf(ground, "t")];
      const suffixes = ["b", "a", "\ufffd", "🦔", "large", "long/".repeat(800), "expired"];
      for (const suffix of suffixes) {
        const size = suffix === "large" ? 200_000 : 10;
        await ground.put(suffix, sampleBytes(size), { tags, ...(suffix === "expired" && expiredButKept) });
      }
      await ground.put("without", sampleBytes(10));
      await ground.put("other", sampleBytes(10), { tags: [tagOf(ground, "other")] });
      assert.deepEqual(await tagged(ground, { allTags: ["t"] }), byUtf8(suffixes));
      assert.deepEqual(await tagged(ground, { anyTags: ["t"] }), byUtf8(suffixes));
      assert.deepEqual(await tagged(ground, { anyTags: ["never used"] }), []);
    },
  },
  {
    name: "allTags wants every tag, anyTags at least one, and both given both",
    brief: true,
    capability: "tags",
    async run(ground) {
      await putTagged(ground, { a: ["x"], b: ["x", "y"], c: ["y", "z"], d: ["x", "y", "z"], e: ["z"], f: [] });
      const expected: [TagQuery, string[]][] = [
        [{ allTags: ["x"] }, ["a", "b", "d"]],
        [{ allTags: ["x", "y"] }, ["b", "d"]],
        [{ allTags: ["y", "x", "z", "x"] }, ["d"]],
        [{ allTags: ["x", "unused"] }, []],
        [{ anyTags: ["x", "y"] }, ["a", "b", "c", "d"]],
        [{ anyTags: ["y", "y", "unused"] }, ["b", "c", "d"]],
        [{ allTags: ["z"], anyTags: ["x", "y"] }, ["c", "d"]],
        [{ allTags: ["x", "y"], anyTags: ["z"] }, ["d"]],
        [{ allTags: ["x"], anyTags: ["unused"] }, []],
        [{ allTags: ["x"], anyTags: [] }, []],
        [{ allTags: [], anyTags: ["z"] }, ["c", "d", "e"]],
      ];
      for (const [query, keys] of expected) {
        assert.deepEqual(await tagged(ground, query), keys, `the keys that match ${JSON.stringify(query)}`);
      }
    },
  },
  {
    name: "a query that names no tag is refused or matches nothing",
    capability: "tags",
    async run(ground) {
      await putTagged(ground, { a: ["x"], b: [] });
      // Only listed: what would be deleted by such a query may be somebody's.
      for (const query of [{}, { allTags: [] }, { anyTags: [] }, { allTags: [], anyTags: [] }]) {
        try {
          for await (const key of index(ground).taggedKeys(query)) {
            assert.fail(`the query ${JSON.stringify(query)}, which names no tag, matches ${JSON.stringify(key)}`);
          }
        } catch (error) {
          if (error instanceof assert.AssertionError) throw error;
        }
      }
    },
  },
  {
    name: "an overwritten blob has the tags of the new record, and none of the old",
    brief: true,
    capability: "tags",
    async run(ground) {
      for (const size of [10, 200_000]) {
        await putTagged(ground, { a: ["old", "both"], b: ["old"] }, size);
        await putTagged(ground, { a: ["new", "both"] }, size);
        assert.deepEqual(await tagged(ground, { anyTags: ["old"] }), ["b"]);
        assert.deepEqual(await tagged(ground, { anyTags: ["new"] }), ["a"]);
        assert.deepEqual(await tagged(ground, { anyTags: ["both"] }), ["a"]);
        await ground.put("a", sampleBytes(size));
        assert.deepEqual(await tagged(ground, { anyTags: ["new", "both"] }), []);
        assert.deepEqual(await uses(ground), { old: 1 });
      }
    },
  },
  {
    name: "a blob that was deleted is found by no tag",
    capability: "tags",
    async run(ground) {
      if (ground.backend.supports?.entryIndex !== true) return;
      await putTagged(ground, { a: ["x"], b: ["x", "y"] });
      await ground.index().deleteBlob(ground.key("b"));
      assert.deepEqual(await tagged(ground, { anyTags: ["x", "y"] }), ["a"]);
      assert.deepEqual(await uses(ground), { x: 1 });
    },
  },
  {
    name: "tags() lists the tags in use, in the order of their UTF-8 bytes, with the number of their blobs",
    brief: true,
    capability: "tags",
    async run(ground) {
      await putTagged(ground, { a: ["x", "x", "z"], b: ["x", "\ufffd"], c: ["🦔", "x"], d: [] });
      const found: [string, number][] = [];
      for await (const { tag, blobs } of index(ground).tags()) {
        if (tag.startsWith(ground.prefix)) found.push([tag.slice(ground.prefix.length), blobs]);
      }
      assert.deepEqual(found, [
        ["x", 3],
        ["z", 1],
        ["\ufffd", 1],
        ["🦔", 1],
      ]);
    },
  },
  {
    name: "deleteTagged forgets the blobs that match, pinned ones too, and says how many",
    brief: true,
    capability: "tags",
    async run(ground) {
      const { backend, key } = ground;
      await putTagged(ground, { a: ["x"], b: ["x", "y"], c: ["y"], d: ["x", "z"] });
      await ground.put("large", sampleBytes(200_000), { tags: [tagOf(ground, "x")], pinned: true });
      const count = await index(ground).deleteTagged({
        allTags: [tagOf(ground, "x")],
        anyTags: tagsOf(ground, "y", "z"),
      });
      assert.equal(count, 2, "the number of blobs deleted by two conditions");
      await expectThere(ground, { a: true, b: false, c: true, d: false, large: true });
      assert.equal(await index(ground).deleteTagged({ anyTags: [tagOf(ground, "x")] }), 2);
      await expectThere(ground, { a: false, c: true, large: false });
      assert.equal(await index(ground).deleteTagged({ anyTags: [tagOf(ground, "x")] }), 0, "a second time");
      assert.deepEqual(await uses(ground), { y: 1 });
      if (backend.supports?.entryIndex === true) {
        for await (const left of ground.index().keys({ prefix: ground.prefix })) assert.equal(left, key("c"));
      }
    },
  },
  {
    name: "tags that differ in case, in Unicode form or only at their end are kept apart",
    capability: "tags",
    async run(ground) {
      const long = "tag/".repeat(1000);
      const odd = ["", "t", "T", "t ", "t/", "é", "e\u0301", "\u0000", "a\u0000", "__proto__", "🦔", "%", "*", "'"];
      const tags = [...odd, long, `${long}a`, `${long}b`];
      for (const [i, tag] of tags.entries()) await putTagged(ground, { [`by ${i + 10}`]: [tag] });
      for (const [i, tag] of tags.entries()) {
        const shown = JSON.stringify(tag.slice(0, 40));
        assert.deepEqual(await tagged(ground, { anyTags: [tag] }), [`by ${i + 10}`], `the keys under the tag ${shown}`);
      }
      assert.deepEqual(await uses(ground), Object.fromEntries(tags.map((tag) => [tag, 1])));
    },
  },
  {
    name: "many blobs under one tag are all found, and all deleted",
    capability: "tags",
    async run(ground) {
      const names = Array.from({ length: 700 }, (_, i) => `many ${i}`);
      const tags = [tagOf(ground, "many")];
      await Promise.all(names.map((name) => ground.put(name, sampleBytes(5), { tags })));
      assert.deepEqual(await tagged(ground, { allTags: ["many"] }), byUtf8(names));
      assert.deepEqual(await uses(ground), { many: 700 });
      assert.equal(await index(ground).deleteTagged({ allTags: tags }), 700);
      assert.deepEqual(await tagged(ground, { allTags: ["many"] }), []);
    },
  },
  {
    name: "a blob opened before it was deleted by its tag can still be read",
    capability: "tags",
    async run(ground) {
      for (const size of [100, 300_000]) {
        await putTagged(ground, { held: ["x"] }, size);
        const stored = await ground.open(ground.key("held"));
        await index(ground).deleteTagged({ anyTags: [tagOf(ground, "x")] });
        expectBytes(await stored.source.slice(0), sampleBytes(size), "a blob opened before it was deleted by its tag");
        await stored.close?.();
      }
    },
  },
  {
    name: "tags of what another backend on the same storage has stored are found, and deleted by",
    capability: "tags",
    needs: "second",
    async run(ground) {
      const other = (await ground.second()) as CacheBackend & TagIndex;
      await putTagged(ground, { a: ["x"], b: ["x"] });
      assert.deepEqual(await tagged(ground, { anyTags: ["x"] }, other), ["a", "b"]);
      assert.equal(await other.deleteTagged({ anyTags: [tagOf(ground, "x")] }), 2);
      await expectThere(ground, { a: false, b: false });
      assert.deepEqual(await tagged(ground, { anyTags: ["x"] }), []);
    },
  },
];

/** For the end of the suite, where everything may be cleared. */
export const tagClearTests: readonly TestDefinition[] = [
  {
    name: "after clear() no tag is in use",
    capability: "tags",
    clears: true,
    async run(ground) {
      await putTagged(ground, { a: ["x"], b: ["y"] });
      await ground.backend.clear();
      for await (const { tag } of index(ground).tags()) assert.fail(`clear() left the tag ${JSON.stringify(tag)}`);
      assert.deepEqual(await tagged(ground, { anyTags: ["x", "y"] }), []);
    },
  },
];

function index({ backend }: Ground): CacheBackend & TagIndex {
  return backend as CacheBackend & TagIndex;
}

function tagOf({ prefix }: Ground, tag: string): string {
  return prefix + tag;
}

function tagsOf(ground: Ground, ...tags: string[]): string[] {
  return tags.map((tag) => tagOf(ground, tag));
}

/** Stores blobs with tags, given without the prefix of the test. */
async function putTagged(ground: Ground, tagsBySuffix: Record<string, string[]>, size = 10): Promise<void> {
  for (const [suffix, tags] of Object.entries(tagsBySuffix)) {
    await ground.put(suffix, sampleBytes(size), { tags: tagsOf(ground, ...tags) });
  }
}

/** The keys that match a query, both without the prefix of the test. */
async function tagged(ground: Ground, query: TagQuery, backend = index(ground)): Promise<string[]> {
  const found: string[] = [];
  const whole = {
    ...(query.allTags !== undefined && { allTags: tagsOf(ground, ...query.allTags) }),
    ...(query.anyTags !== undefined && { anyTags: tagsOf(ground, ...query.anyTags) }),
  };
  for await (const key of backend.taggedKeys(whole)) {
    assert.ok(key.startsWith(ground.prefix), `a query by tags of this test alone finds the key ${JSON.stringify(key)}`);
    found.push(key.slice(ground.prefix.length));
  }
  return found;
}

/** The tags of the test that are in use, without its prefix. */
async function uses(ground: Ground): Promise<Record<string, number>> {
  const found: [string, number][] = [];
  for await (const { tag, blobs } of index(ground).tags()) {
    if (tag.startsWith(ground.prefix)) found.push([tag.slice(ground.prefix.length), blobs]);
  }
  return Object.fromEntries(found);
}

async function expectThere({ backend, key }: Ground, expected: Record<string, boolean>): Promise<void> {
  for (const [suffix, isThere] of Object.entries(expected)) {
    const stored = await backend.getBlob(key(suffix));
    assert.equal(stored !== undefined, isThere, `whether '${suffix}' is there`);
    await stored?.close?.();
  }
}
