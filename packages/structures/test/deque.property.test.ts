import { MemoryCache } from "@larder/core";
import { openDeque } from "@larder/structures";
import fc from "fast-check";
import { expect, test } from "vitest";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);

const operation = fc.oneof(
  fc.record({ do: fc.constantFrom("pushBack", "pushFront"), values: fc.array(fc.jsonValue(), { maxLength: 4 }) }),
  fc.record({ do: fc.constantFrom("popBack", "popFront", "peekBack", "peekFront", "clear", "walk", "walkBack") }),
);

test("a deque does what an array of at most maxLength does", async () => {
  console.log(`seed ${seed}`);
  const lengths = fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 60 }), lengths, async (operations, maxLength) => {
      const deque = openDeque({ backend: new MemoryCache(), name: "d", ...(maxLength && { maxLength }) });
      let model: unknown[] = [];
      for (const each of operations) {
        const { found, expected } = await apply(each);
        expect(found).toEqual(expected);
        expect(await deque.length()).toBe(model.length);
      }

      async function apply(each: typeof operation extends fc.Arbitrary<infer T> ? T : never) {
        switch (each.do) {
          case "pushBack":
            for (const value of "values" in each ? each.values : []) {
              model.push(value);
              if (model.length > (maxLength ?? Infinity)) model.shift();
            }
            return { found: await deque.pushBack(...("values" in each ? each.values : [])), expected: model.length };
          case "pushFront":
            for (const value of "values" in each ? each.values : []) {
              model.unshift(value);
              if (model.length > (maxLength ?? Infinity)) model.pop();
            }
            return { found: await deque.pushFront(...("values" in each ? each.values : [])), expected: model.length };
          case "popBack":
            return { found: await deque.popBack(), expected: model.pop() };
          case "popFront":
            return { found: await deque.popFront(), expected: model.shift() };
          case "peekBack":
            return { found: await deque.peekBack(), expected: model.at(-1) };
          case "peekFront":
            return { found: await deque.peekFront(), expected: model[0] };
          case "walk":
            return { found: await all(deque), expected: model };
          case "walkBack":
            return { found: await all(deque.values({ reverse: true })), expected: [...model].reverse() };
          default: {
            const cleared = model.length;
            model = [];
            return { found: await deque.clear(), expected: cleared };
          }
        }
      }
    }),
    { seed, numRuns: 200 },
  );
});

async function all(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const value of values) found.push(value);
  return found;
}
