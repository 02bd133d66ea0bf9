import { MemoryCache } from "@larder/core";
import { type IndexKey, type IndexRange, openIndex } from "@larder/structures";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeIndexKey } from "../src/index-key.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const key = fc.oneof(
  fc.constantFrom<IndexKey>("", "a", "ab", "abc", "b", "é", "😀", "\uffff", 0, -1, 1.5, 10, 9, 1n, -1n, 300n),
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -3, max: 3 }),
);
const range = fc.record(
  {
    prefix: fc.constantFrom("", "a", "ab", "é"),
    from: key,
    before: key,
    reverse: fc.boolean(),
    limit: fc.integer({ min: 0, max: 6 }),
  },
  { requiredKeys: [] },
);
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("set" as const), key, value: fc.jsonValue() }) },
  fc.record({ do: fc.constantFrom("get" as const, "has" as const, "delete" as const, "pop" as const), key }),
  fc.record({ do: fc.constant("range" as const), range }),
  fc.record({ do: fc.constant("undone" as const), key }),
);

test("an index does what a sorted map does, also within a transaction, and a transaction that throws changes nothing", async () => {
  console.log(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 60 }), fc.boolean(), async (operations, within) => {
      const index = openIndex<unknown, IndexKey>({ backend: new MemoryCache(), name: "i" });
      const model = new Map<string, [IndexKey, unknown]>();
      for (const each of operations) {
        const place = "key" in each ? encodeIndexKey(each.key) : "";
        const expected = model.get(place)?.[1];
        switch (each.do) {
          case "set":
            model.set(place, [each.key === 0 ? 0 : each.key, each.value]);
            await (within
              ? index.transaction((view) => view.set(each.key, each.value))
              : index.set(each.key, each.value));
            break;
          case "get":
            expect(await (within ? index.transaction((view) => view.get(each.key)) : index.get(each.key))).toEqual(
              expected,
            );
            break;
          case "has":
            expect(await (within ? index.transaction((view) => view.has(each.key)) : index.has(each.key))).toBe(
              model.has(place),
            );
            break;
          case "delete":
            expect(await index.delete(each.key)).toBe(model.delete(place));
            break;
          case "pop":
            expect(await index.pop(each.key)).toEqual(expected);
            model.delete(place);
            break;
          case "range": {
            const wanted = inRange(model, each.range as IndexRange);
            expect(await all(index.entries(each.range as IndexRange))).toEqual(wanted);
            expect(await index.transaction((view) => view.entries(each.range as IndexRange))).toEqual(wanted);
            expect(await all(index.keys(each.range as IndexRange))).toEqual(wanted.map(([found]) => found));
            break;
          }
          case "undone":
            await expect(
              index.transaction((view) => {
                view.set(each.key, "lost");
                view.delete("a");
                throw new Error("undone");
              }),
            ).rejects.toThrow("undone");
        }
      }
      const sorted = inRange(model, {});
      expect(await all(index)).toEqual(sorted);
      expect(await index.size()).toBe(model.size);
      expect(await index.first()).toEqual(sorted[0]);
      expect(await index.last()).toEqual(sorted.at(-1));
    }),
    { seed, numRuns: 200 },
  );
});

function inRange(model: Map<string, [IndexKey, unknown]>, wanted: IndexRange): [IndexKey, unknown][] {
  const { prefix, from, before, reverse, limit } = wanted;
  const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const found = [...model]
    .filter(([place]) => prefix === undefined || place.startsWith(`s${prefix}`))
    .filter(([place]) => from === undefined || compare(place, encodeIndexKey(from)) >= 0)
    .filter(([place]) => before === undefined || compare(place, encodeIndexKey(before)) < 0)
    .sort(([a], [b]) => compare(a, b))
    .map(([, entry]) => entry);
  if (reverse) found.reverse();
  return found.slice(0, limit);
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}
