import assert from "node:assert/strict";
import type { CacheBackend } from "../backend.js";
import type { Counters } from "../capabilities/index.js";
import type { Ground } from "./ground.js";
import type { TestDefinition } from "./test-definition.js";

/** For backends with counters. Those of a run begin with the prefix of their test, and stay until `clear()`. */
export const counterTests: readonly TestDefinition[] = [
  {
    name: "counters begin at 0 and hold what was added to them",
    brief: true,
    capability: "counters",
    async run(ground) {
      assert.deepEqual(await read(ground), {});
      add(ground, { hits: 1 });
      assert.deepEqual(await read(ground), { hits: 1 });
      add(ground, { hits: 2, misses: 5, bytes: 2 ** 40 });
      add(ground, { hits: 3, bytes: 1 });
      add(ground, {});
      assert.deepEqual(await read(ground), { hits: 6, misses: 5, bytes: 2 ** 40 + 1 });
      add(ground, { hits: -6 });
      assert.equal((await read(ground)).hits ?? 0, 0);
    },
  },
  {
    name: "of many additions none is lost, also while counters are read",
    brief: true,
    capability: "counters",
    async run(ground) {
      const reading: Promise<Record<string, number>>[] = [];
      for (let i = 1; i <= 2000; i++) {
        add(ground, { total: i, ...(i % 2 === 0 && { even: 1 }) });
        if (i % 200 === 0) reading.push(read(ground));
      }
      let last = 0;
      for (const { total = 0 } of await Promise.all(reading)) {
        assert.ok(total >= last, `a counter that is only added to went from ${last} to ${total}`);
        last = total;
      }
      assert.deepEqual(await read(ground), { total: 2_001_000, even: 1000 });
    },
  },
  {
    name: "counters of different names are kept apart",
    capability: "counters",
    async run(ground) {
      const long = "long/".repeat(800);
      const names = [
        "a",
        "A",
        "a/",
        "é",
        "e\u0301",
        "__proto__",
        "constructor",
        "🦔",
        "\u0000",
        `${long}a`,
        `${long}b`,
      ];
      for (const [i, name] of names.entries()) add(ground, Object.fromEntries([[name, i + 1]]));
      const found = await read(ground);
      assert.deepEqual(Object.entries(found).sort(), names.map((name, i) => [name, i + 1]).sort());
    },
  },
  {
    name: "what two backends on the same storage add adds up",
    brief: true,
    capability: "counters",
    needs: "second",
    async run(ground) {
      const other = (await ground.second()) as CacheBackend & Counters;
      for (let turn = 1; turn <= 3; turn++) {
        add(ground, { both: 1 });
        add(ground, { both: 10, others: 1 }, other);
        // Each is asked once, so that it writes out what it may have kept.
        await read(ground);
        const seen = await read(ground, other);
        assert.deepEqual(seen, { both: 11 * turn, others: turn }, "what the second reads");
        assert.deepEqual(await read(ground), seen, "what the first reads");
      }
    },
  },
  {
    name: "counters outlive the backend that added to them",
    capability: "counters",
    needs: "reopen",
    async run(ground) {
      if (ground.backend.supports?.persistent !== true) return;
      add(ground, { kept: 7 });
      const again = (await ground.reopen()) as CacheBackend & Counters;
      assert.deepEqual(await read(ground, again), { kept: 7 });
      add(ground, { kept: 1 }, again);
      assert.deepEqual(await read(ground, again), { kept: 8 });
    },
  },
];

/** For the end of the suite, where everything may be cleared. */
export const counterClearTests: readonly TestDefinition[] = [
  {
    name: "clear() sets the counters back",
    capability: "counters",
    clears: true,
    async run(ground) {
      add(ground, { before: 3, again: 2 });
      await read(ground);
      add(ground, { before: 1 });
      await ground.backend.clear();
      assert.deepEqual(await read(ground), {});
      add(ground, { again: 1 });
      assert.deepEqual(await read(ground), { again: 1 });
    },
  },
];

function add({ backend, prefix }: Ground, amounts: Record<string, number>, to = backend): void {
  const own = Object.entries(amounts).map(([name, amount]) => [prefix + name, amount]);
  (to as CacheBackend & Counters).addToCounters(Object.fromEntries(own));
}

/** The counters of the test, without its prefix. */
async function read({ backend, prefix }: Ground, from = backend): Promise<Record<string, number>> {
  const all = await (from as CacheBackend & Counters).readCounters();
  const own = Object.entries(all).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, amount]) => [name.slice(prefix.length), amount]));
}
