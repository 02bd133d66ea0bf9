// One of several processes that use one store at once. Options: { directory, name, mode, bytes, keys, milliseconds, seed }.
// Prints { operations, seconds } when told to start by a line on its standard input.
import { once } from "node:events";
import { contenders } from "./contenders.mjs";
import { keyOf, makeValue } from "./sample-values.mjs";

const inFlight = 64;

async function main() {
  const { directory, name, mode, bytes, keys, milliseconds, seed } = JSON.parse(process.argv[2]);
  const store = await contenders[name](directory);
  const values = Array.from({ length: 64 }, (_, index) => makeValue(bytes, index));
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const value = () => values[random(values.length)];
  async function run(duration) {
    let operations = 0;
    const started = performance.now();
    const isOver = () => performance.now() - started > duration;
    if (mode === "mixed") {
      // One after the other, as a program does that needs each answer: 80 % gets, 20 % sets.
      while (!isOver()) {
        const key = keyOf(random(keys));
        await (random(100) < 80 ? store.get(key) : store.set(key, value()));
        operations += 1;
      }
    } else {
      // 64 sets under way at any time; each that is acknowledged is followed by another.
      await Promise.all(
        Array.from({ length: inFlight }, async () => {
          while (!isOver()) {
            await store.set(keyOf(random(keys)), value());
            operations += 1;
          }
        }),
      );
    }
    return { operations, seconds: (performance.now() - started) / 1000 };
  }

  await store.get(keyOf(0));
  process.stdout.write("ready\n");
  await once(process.stdin, "data");

  // What is compiled while it runs is compiled before it is timed, as in a process that has run for a while.
  await run(500);
  const { operations, seconds } = await run(milliseconds);
  process.stdout.write(`${JSON.stringify({ operations, seconds })}\n`);
  await store.close();
  process.stdin.destroy();
}

main();
