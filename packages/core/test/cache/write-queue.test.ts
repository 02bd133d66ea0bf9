import { expect, test } from "vitest";
import { writeQueue } from "../../src/cache/write-queue.js";

/** Writes that end when told to, and which of them have begun. */
function setUp() {
  const queue = writeQueue();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const write = (name: string, commutes = false) =>
    queue.run(
      "k",
      () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      },
      { commutes },
    );
  const end = async (name: string) => {
    ends.get(name)!();
    await new Promise(setImmediate);
  };
  return { queue, begun, write, end };
}

test("writes that commute run together, after those before them and before those after them", async () => {
  const { begun, write, end, queue } = setUp();
  void write("set");
  void write("one", true);
  void write("two", true);
  void write("set again");
  void write("three", true);
  expect(begun).toEqual(["set"]);
  await end("set");
  expect(begun).toEqual(["set", "one", "two"]);
  void write("last");
  await end("two");
  expect(begun.length).toBe(3);
  await end("one");
  expect(begun.splice(3)).toEqual(["set again"]);
  let idle = false;
  void queue.idle().then(() => (idle = true));
  await end("set again");
  await end("three");
  expect(idle).toBe(false);
  await end("last");
  expect(idle).toBe(true);
  expect(queue.settled()).toBeUndefined();
});

test("what runs under a symbol is waited for by idle, not by settled", async () => {
  const queue = writeQueue();
  let end = () => {};
  void queue.run(Symbol("stream"), () => new Promise<void>((resolve) => (end = resolve)));
  expect(queue.settled()).toBeUndefined();
  let idle = false;
  const waiting = queue.idle().then(() => (idle = true));
  await new Promise(setImmediate);
  expect(idle).toBe(false);
  end();
  await waiting;
});
