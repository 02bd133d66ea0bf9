import assert from "node:assert/strict";
import type { CacheBackend } from "../backend.js";
import type { TagIndex } from "../capabilities/index.js";
import type { Ground } from "./ground.js";
import { recordOf, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";
import { blobOf, numberBlobs, numberIn, transactionGround } from "./transaction-ground.js";

/** For backends with transactions: many at once, and what else is kept of blobs. */
export const transactionRaceTests: readonly TestDefinition[] = [
  {
    name: "of many transactions at once that add to one number none is lost",
    brief: true,
    capability: "transactions",
    run: (ground) => addFrom([ground.backend], ground),
  },
  {
    name: "transactions of two backends on the same storage lose no update",
    brief: true,
    capability: "transactions",
    needs: "second",
    run: async (ground) => addFrom([ground.backend, await ground.second()], ground),
  },
  {
    name: "a transaction that fails among others undoes itself alone",
    capability: "transactions",
    async run(ground) {
      const { run, key } = transactionGround(ground);
      const blob = await numberBlobs();
      const turns = Array.from({ length: 30 }, (_, i) => i);
      const outcomes = await Promise.allSettled(
        turns.map((i) =>
          run((view) => {
            view.set(key("sum"), blob(numberIn(view.get(key("sum"))) + 1));
            view.set(key(`own ${i}`), blob(i));
            if (i % 3 === 0) throw new Error(`turn ${i}`);
            return i;
          }),
        ),
      );
      for (const [i, outcome] of outcomes.entries()) {
        if (i % 3 === 0)
          assert.match(String(outcome.status === "rejected" && outcome.reason), new RegExp(`turn ${i}$`));
        else assert.deepEqual(outcome, { status: "fulfilled", value: i });
        const own = await ground.backend.getBlob(key(`own ${i}`));
        assert.equal(own !== undefined, i % 3 !== 0, `whether what transaction ${i} of 30 has set is there`);
        await own?.close?.();
      }
      assert.equal(await run((view) => numberIn(view.get(key("sum")))), 20, "the sum of those that did not fail");
    },
  },
  {
    name: "whoever reads sees all that a transaction changed, or nothing of it",
    capability: "transactions",
    async run(ground) {
      const { run, key } = transactionGround(ground);
      const blob = await numberBlobs();
      const write = async (from: number) => {
        for (let i = from; i < from + 40; i += 2) {
          await run((view) => {
            view.set(key("left"), blob(i));
            view.set(key("right"), blob(i));
          });
        }
      };
      const read = async () => {
        for (let i = 0; i < 60; i++) {
          const [left, right] = await run((view) => [
            numberIn(view.get(key("left"))),
            numberIn(view.get(key("right"))),
          ]);
          assert.equal(left, right, "two keys that are always set together");
        }
      };
      await Promise.all([write(1), write(2), read(), read()]);
    },
  },
  {
    name: "transactions and single writes to one key come one after the other",
    capability: "transactions",
    async run(ground) {
      const { backend } = ground;
      const { run, key } = transactionGround(ground);
      for (const size of [30, 100_000]) {
        const values = Array.from({ length: 20 }, (_, i) => sampleBytes(size + i, i));
        const blobs = await Promise.all(values.map((bytes, i) => blobOf(bytes, { origin: String(i) })));
        await Promise.all(
          blobs.map((blob, i) =>
            i % 2 === 0 ? backend.setBlob(key("mixed"), blob) : run((view) => view.set(key("mixed"), blob)),
          ),
        );
        const seen = (await run((view) => view.get(key("mixed"))))!;
        const stored = await ground.read(key("mixed"));
        assert.equal(stored.record.origin, seen.record.origin, "what the transaction sees is what is stored");
        assert.deepEqual(
          seen.record.checksum,
          (await recordOf(seen.bytes)).checksum,
          "record and bytes belong together",
        );
        await backend.setBlob(key("mixed"), blobs[0]!);
        assert.equal(await run((view) => view.record(key("mixed"))?.origin), "0", "what was set just before");
      }
    },
  },
  {
    name: "blobs that transactions set, change or delete are found by the tags they have then",
    capability: "transactions",
    async run(ground) {
      if (ground.backend.supports?.tags !== true) return;
      const { run, key, put } = transactionGround(ground);
      const tags = (...names: string[]) => names.map((name) => ground.prefix + name);
      const before = await put("touched", sampleBytes(9), { tags: tags("old") });
      await put("deleted", sampleBytes(9), { tags: tags("old") });
      const blob = await blobOf(sampleBytes(10), { tags: tags("new") });
      const undone = run((view) => {
        view.set(key("undone"), blob);
        view.delete(key("deleted"));
        throw new Error("on purpose");
      });
      await assert.rejects(undone);
      await expectTagged(ground, "old", [key("deleted"), key("touched")]);
      await expectTagged(ground, "new", []);
      await run((view) => {
        view.set(key("set"), blob);
        view.setRecord(key("touched"), { ...before, tags: tags("new", "newest") });
        view.delete(key("deleted"));
      });
      await expectTagged(ground, "old", []);
      await expectTagged(ground, "new", [key("set"), key("touched")]);
      await expectTagged(ground, "newest", [key("touched")]);
    },
  },
];

async function addFrom(backends: readonly CacheBackend[], ground: Ground): Promise<void> {
  const { run, key } = transactionGround(ground);
  const blob = await numberBlobs();
  const adders = Array.from({ length: 40 }, (_, i) => backends[i % backends.length]!);
  const add = async (backend: CacheBackend, by: number) => {
    for (let turn = 0; turn < 5; turn++) {
      await run((view) => view.set(key("sum"), blob(numberIn(view.get(key("sum"))) + by)), backend);
    }
  };
  await Promise.all(adders.map((backend, i) => add(backend, i)));
  const expected = (5 * 40 * 39) / 2;
  for (const backend of backends) {
    assert.equal(
      await run((view) => numberIn(view.get(key("sum"))), backend),
      expected,
      "the sum of all that was added",
    );
  }
}

async function expectTagged({ backend, prefix }: Ground, tag: string, expected: readonly string[]): Promise<void> {
  const found: string[] = [];
  for await (const key of (backend as CacheBackend & TagIndex).taggedKeys({ allTags: [prefix + tag] })) found.push(key);
  assert.deepEqual(found, expected, `the keys under the tag '${tag}'`);
}
