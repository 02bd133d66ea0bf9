import { MemoryCache } from "@larder/core";
import { type Delivery, openQueue } from "@larder/structures";
import fc from "fast-check";
import { expect, test } from "vitest";
import { testClock } from "./test-clock.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const maxAttempts = 3;
const leaseSeconds = 10;

const pick = fc.nat({ max: 5 });
const seconds = fc.constantFrom(0, 0, 3, 20);
const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      priority: fc.integer({ min: -1, max: 2 }),
      delay: seconds,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("take" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("acknowledge" as const), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("release" as const), pick, delay: seconds }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("extend" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("advance" as const), ms: fc.constantFrom(1, 2999, 3001, 9999, 10001) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("jump" as const), days: fc.integer({ min: -400, max: 400 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("requeue" as const) }) },
);

interface ModelItem {
  readonly value: number;
  readonly priority: number;
  attempts: number;
  state: "ready" | "delayed" | "leased" | "dead";
  /** By the steady clock. */
  until: number;
  token: number;
}

test("a queue delivers as its model does, in its order, whatever the wall clock is set to", async () => {
  console.log(`seed ${seed}`);
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 80 }), async (operations) => {
      const clock = testClock();
      const queue = openQueue<number>({ backend: new MemoryCache(), name: "q", clock, maxAttempts, ...clock.pace });
      let items: ModelItem[] = [];
      const deliveries: { delivery: Delivery<number>; item: ModelItem; token: number }[] = [];
      let values = 0;
      let tokens = 0;

      for (const each of operations) {
        switch (each.do) {
          case "put": {
            const until = clock.steady() + each.delay * 1000;
            const state = each.delay > 0 ? "delayed" : "ready";
            items.push({ value: values, priority: each.priority, attempts: 0, state, until, token: 0 });
            await queue.put(values++, { priority: each.priority, delaySeconds: each.delay });
            break;
          }
          case "take": {
            settle();
            const [next] = items.filter(({ state }) => state === "ready").sort((a, b) => b.priority - a.priority);
            const delivery = await queue.take({ leaseSeconds });
            expect(delivery?.value).toBe(next?.value);
            if (next === undefined || delivery === undefined) break;
            next.attempts++;
            expect(delivery.attempt).toBe(next.attempts);
            next.token = ++tokens;
            Object.assign(next, { state: "leased", until: clock.steady() + leaseSeconds * 1000 });
            deliveries.push({ delivery, item: next, token: tokens });
            break;
          }
          case "acknowledge":
          case "release":
          case "extend": {
            const held = deliveries.at(-1 - each.pick);
            if (held === undefined) break;
            const { delivery, item, token } = held;
            const holds = items.includes(item) && item.state === "leased" && item.token === token;
            const done =
              each.do === "acknowledge"
                ? delivery.acknowledge()
                : each.do === "extend"
                  ? delivery.extend()
                  : delivery.release(new Error(`no ${item.value}`), { delaySeconds: each.delay });
            if (!holds) {
              await expect(done).rejects.toMatchObject({ code: "lease-lost" });
              break;
            }
            await done;
            if (each.do === "acknowledge") items = items.filter((other) => other !== item);
            else if (each.do === "extend") item.until = clock.steady() + leaseSeconds * 1000;
            else giveBack(item, each.delay);
            break;
          }
          case "advance":
            clock.advance(each.ms);
            break;
          case "jump":
            clock.setWall(clock.now() + each.days * 86_400_000);
            break;
          case "requeue": {
            const letters = await all(queue.deadLetters());
            const dead = items.filter(({ state }) => state === "dead");
            expect(await Promise.all(letters.map((letter) => letter.value()))).toEqual(dead.map(({ value }) => value));
            expect(letters.every(({ attempts }) => attempts === maxAttempts)).toBe(true);
            if (letters[0] === undefined) break;
            expect(await letters[0].requeue()).toBe(true);
            expect(await letters[0].remove()).toBe(false);
            Object.assign(dead[0]!, { state: "ready", attempts: 0 });
          }
        }
      }
      settle();
      const count = (state: string) => items.filter((item) => item.state === state).length;
      expect(await queue.stats()).toEqual({
        ready: count("ready"),
        leased: count("leased"),
        delayed: count("delayed"),
        dead: count("dead"),
      });

      function settle(): void {
        for (const item of items) {
          if (item.until > clock.steady()) continue;
          if (item.state === "delayed") item.state = "ready";
          if (item.state === "leased") giveBack(item, 0);
        }
      }
      function giveBack(item: ModelItem, delay: number): void {
        const state = item.attempts >= maxAttempts ? "dead" : delay > 0 ? "delayed" : "ready";
        Object.assign(item, { state, until: clock.steady() + delay * 1000 });
      }
    }),
    { seed, numRuns: 300 },
  );
});

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}
