import fc from "fast-check";
import { expect, test } from "vitest";
import type { KeyRange, TransactionView } from "../../src/index.js";
import { MemoryCache } from "../../src/index.js";
import { recordOfZeros } from "./store-blob.js";

const seed = Number(process.env.LARDER_SEED ?? 20_263);

/** Origin and tags of what is stored under a key. */
interface Stored {
  readonly origin: string;
  readonly tags: readonly string[];
}

type Model = Map<string, Stored>;

/** One step of a transaction, on the view and on a copy of the model. Returns what both must have seen. */
type Step = (view: TransactionView, model: Model) => { readonly seen: unknown; readonly expected: unknown };

const keys = fc.constantFrom("a", "b", "b/1", "b/2", "c", "\ufffd", "🦔");
const tags = fc.subarray(["x", "y", "z"]);
const origins = fc.constantFrom("1", "2", "3");
const ranges: fc.Arbitrary<KeyRange> = fc.record(
  {
    prefix: fc.constantFrom("", "b", "b/"),
    from: fc.constantFrom("", "b", "b/1", "d"),
    before: fc.constantFrom("b/2", "d", "🦔"),
    reverse: fc.boolean(),
    limit: fc.nat({ max: 4 }),
  },
  { requiredKeys: [] },
);

const steps: fc.Arbitrary<{ readonly name: string; readonly step: Step }> = fc.oneof(
  fc.tuple(keys, origins, tags).map(([key, origin, own]) => ({
    name: `set ${key}`,
    step: (view: TransactionView, model: Model) => {
      view.set(key, { record: recordOfZeros({ origin, tags: own }), bytes: new Uint8Array(100) });
      model.set(key, { origin, tags: own });
      return { seen: view.get(key)?.bytes.byteLength, expected: 100 };
    },
  })),
  fc.tuple(keys, origins, tags).map(([key, origin, own]) => ({
    name: `setRecord ${key}`,
    step: (view: TransactionView, model: Model) => {
      const seen = view.setRecord(key, recordOfZeros({ origin, tags: own }));
      const expected = model.has(key);
      if (expected) model.set(key, { origin, tags: own });
      return { seen, expected };
    },
  })),
  keys.map((key) => ({
    name: `delete ${key}`,
    step: (view: TransactionView, model: Model) => ({ seen: view.delete(key), expected: model.delete(key) }),
  })),
  keys.map((key) => ({
    name: `read ${key}`,
    step: (view: TransactionView, model: Model) => ({
      seen: [view.record(key)?.origin, view.get(key)?.record.origin],
      expected: [model.get(key)?.origin, model.get(key)?.origin],
    }),
  })),
  ranges.map((range) => ({
    name: `keys ${JSON.stringify(range)}`,
    step: (view: TransactionView, model: Model) => ({
      seen: [...view.keys(range)],
      expected: inRange([...model.keys()], range),
    }),
  })),
);

const transactions = fc.record({ steps: fc.array(steps, { maxLength: 12 }), fails: fc.boolean() });

test("whatever transactions do, a MemoryCache answers as a Map that is copied before each of them", async () => {
  const failed = new Error("on purpose");
  await fc.assert(
    fc.asyncProperty(fc.array(transactions, { maxLength: 12 }), async (all) => {
      const cache = new MemoryCache();
      let model: Model = new Map();
      for (const { steps, fails } of all) {
        const copy: Model = new Map(model);
        const running = cache.transaction((view) => {
          for (const { name, step } of steps) {
            const { seen, expected } = step(view, copy);
            expect(seen, name).toEqual(expected);
          }
          if (fails) throw failed;
        });
        if (fails) await expect(running).rejects.toBe(failed);
        else await running.then(() => (model = copy));
        await expectSame(cache, model);
      }
    }),
    { seed, numRuns: 300 },
  );
});

async function expectSame(cache: MemoryCache, model: Model): Promise<void> {
  const keys = inRange([...model.keys()], {});
  expect(await collected(cache.keys())).toEqual(keys);
  for (const key of keys) expect((await cache.getBlob(key))?.record.origin).toBe(model.get(key)?.origin);
  for (const tag of ["x", "y", "z"]) {
    const expected = keys.filter((key) => model.get(key)!.tags.includes(tag));
    expect(await collected(cache.taggedKeys({ allTags: [tag] }))).toEqual(expected);
  }
  // What is accounted after any history is what a new cache accounts for the same blobs.
  const anew = new MemoryCache();
  for (const [key, { origin, tags }] of model) {
    await anew.setBlob(key, { record: recordOfZeros({ origin, tags }), bytes: new Uint8Array(100) });
  }
  expect(await cache.volume()).toEqual(await anew.volume());
}

function inRange(all: readonly string[], { prefix = "", from = "", before, reverse, limit }: KeyRange): string[] {
  const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const inside = all.filter(
    (key) => key.startsWith(prefix) && order(key, from) >= 0 && (before === undefined || order(key, before) < 0),
  );
  inside.sort(order);
  return (reverse === true ? inside.reverse() : inside).slice(0, limit);
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
