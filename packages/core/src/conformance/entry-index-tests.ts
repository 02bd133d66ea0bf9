import assert from "node:assert/strict";
import { byUtf8, listed } from "./listed.js";
import { expiredButKept, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** For backends that list and delete. */
export const entryIndexTests: readonly TestDefinition[] = [
  {
    name: "keys() lists the keys that were set, each once",
    brief: true,
    capability: "entryIndex",
    async run(ground) {
      assert.deepEqual(await listed(ground, ""), []);
      for (const suffix of ["b", "a", "c/d", "b"]) await ground.put(suffix, sampleBytes(5));
      await ground.put("expired", sampleBytes(5), expiredButKept);
      await ground.put("large", sampleBytes(200_000));
      assert.deepEqual(await listed(ground, ""), ["a", "b", "c/d", "expired", "large"]);
    },
  },
  {
    name: "keys() without a prefix lists every key, these among them",
    capability: "entryIndex",
    async run({ put, key, index }) {
      await put("anywhere", sampleBytes(5));
      for await (const found of index().keys()) if (found === key("anywhere")) return;
      assert.fail("a key that was set is not listed");
    },
  },
  {
    name: "keys() with a prefix lists the keys that begin with it, and no others",
    brief: true,
    capability: "entryIndex",
    async run(ground) {
      const suffixes = ["a", "a/b", "a/b/c", "ab", "b", "A", "é", "éa", "e\u0301", "a%", "a_", "a*", "🦔", "🦔🦔"];
      for (const suffix of suffixes) await ground.put(suffix, sampleBytes(3));
      for (const prefix of ["", "a", "a/", "ab", "a%", "a_", "a*", "e", "é", "🦔", "nothing", "a/b/c/d"]) {
        const expected = byUtf8(suffixes.filter((suffix) => suffix.startsWith(prefix)));
        assert.deepEqual(await listed(ground, prefix), expected, `keys with the prefix ${JSON.stringify(prefix)}`);
      }
    },
  },
  {
    name: "keys come in the order of their UTF-8 bytes",
    brief: true,
    capability: "entryIndex",
    async run(ground) {
      // U+FFFD comes before U+1F994 in UTF-8, and after it in UTF-16.
      const suffixes = [
        "b",
        "B",
        "a",
        "aa",
        "10",
        "9",
        "\ufffd",
        "🦔",
        "é",
        "z",
        "~",
        "\u0000",
        "",
        " ".repeat(3000),
        `${" ".repeat(3000)}x`,
      ];
      for (const suffix of suffixes) await ground.put(`order${suffix}`, sampleBytes(3));
      assert.deepEqual(await listed(ground, ""), byUtf8(suffixes.map((suffix) => `order${suffix}`)));
    },
  },
  {
    name: "deleteBlob forgets one blob, and says whether there was one",
    brief: true,
    capability: "entryIndex",
    async run(ground) {
      const { backend, put, read, key, index } = ground;
      for (const size of [10, 200_000]) {
        assert.equal(await index().deleteBlob(key("never set")), false);
        await put("doomed", sampleBytes(size));
        await put("doomed, too", sampleBytes(size));
        assert.equal(await index().deleteBlob(key("doomed")), true);
        assert.equal(await backend.getBlob(key("doomed")), undefined, "a deleted blob is still there");
        assert.deepEqual(await listed(ground, "doomed"), ["doomed, too"]);
        assert.equal(await index().deleteBlob(key("doomed")), false, "a blob was deleted twice");
        await read(key("doomed, too"));
        await put("doomed", sampleBytes(size, 2));
        assert.deepEqual((await read(key("doomed"))).bytes.byteLength, size);
        await index().deleteBlob(key("doomed"));
      }
    },
  },
  {
    name: "keys deleted while they are listed end the listing no sooner",
    capability: "entryIndex",
    async run({ put, key, index, prefix }) {
      const suffixes = Array.from({ length: 30 }, (_, i) => `listed ${i + 10}`);
      for (const suffix of suffixes) await put(suffix, sampleBytes(3));
      let seen = 0;
      for await (const found of index().keys({ prefix: key("listed ") })) {
        assert.ok(found.startsWith(prefix));
        await index().deleteBlob(found);
        seen++;
      }
      assert.equal(seen, suffixes.length);
    },
  },
];
