// One operation of several stores, in one process, in turn.
// Options: { directory, operation, bytes, names, rounds, milliseconds }.
import { join } from "node:path";
import { printSamples } from "../print-samples.mjs";
import { contenders } from "./contenders.mjs";
import { keyOf, makeValue } from "./sample-values.mjs";

const inFlight = 64;

async function main() {
  const { directory, operation, bytes, names, rounds, milliseconds } = JSON.parse(process.argv[2]);
  const keys = Math.max(8, Math.min(1000, Math.floor(64_000_000 / bytes)));
  const values = Array.from({ length: Math.min(keys, 64) }, (_, index) => makeValue(bytes, index));
  const stores = {};
  for (const name of names) {
    const store = await contenders[name](join(directory, name.replaceAll(/\W/g, "-")));
    // Each starts with the same content, written before anything is timed.
    for (let index = 0; index < keys; index += 1) await store.set(keyOf(index), values[index % values.length]);
    stores[name] = store;
  }
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    for (const name of names) {
      globalThis.gc?.();
      const microseconds = await timed(milliseconds, work(operation, stores[name], { keys, values, bytes }));
      if (round >= 0) samples[name].push(microseconds);
    }
  }
  for (const store of Object.values(stores)) await store.close();
  printSamples(samples);
}

/** Runs `step` until the time is over. Microseconds per operation, of which a step does `step.operations`. */
async function timed(milliseconds, step) {
  const started = performance.now();
  let steps = 0;
  for (;;) {
    const done = step(steps);
    if (typeof done?.then === "function") await done;
    steps += 1;
    // Looking at the clock must not be what is measured.
    if (steps % step.between === 0 && performance.now() - started > milliseconds) break;
  }
  return ((performance.now() - started) * 1000) / (steps * step.operations);
}

function work(operation, store, { keys, values, bytes }) {
  const step = steps[operation](store, keys, values);
  return Object.assign(step, {
    operations: operation === "set in flight" ? inFlight : 1,
    between: bytes > 10_000 || operation.startsWith("set") ? 1 : 16,
  });
}

/** Every value read is looked at, so that none is left out of the work. */
function look(bytes, what) {
  if (bytes === undefined || bytes === null || bytes[0] !== 1) throw new Error(`${what} brought another value`);
}

const steps = {
  hit: (store, keys) => (index) => {
    const found = store.get(keyOf(index % keys));
    return typeof found?.then === "function" ? found.then((bytes) => look(bytes, "get")) : look(found, "get");
  },
  miss: (store) => (index) => store.get(`absent:${index}`),
  set: (store, keys, values) => (index) => store.set(keyOf(index % keys), values[index % values.length]),
  "set in flight": (store, keys, values) => (index) => {
    const pairs = [];
    for (let i = 0; i < inFlight; i += 1) {
      const at = index * inFlight + i;
      pairs.push([keyOf(at % keys), values[at % values.length]]);
    }
    // Where a store has nothing better, its sets are all under way at once.
    return store.together?.(pairs) ?? Promise.all(pairs.map(([key, value]) => store.set(key, value)));
  },
  "getOrSet hit": (store, keys) => (index) => {
    // Who has no getOrSet gets what a caller would write: look, and compute on a miss.
    const key = keyOf(index % keys);
    const compute = () => {
      throw new Error("a hit was computed");
    };
    const found = store.getOrSet === undefined ? store.get(key) : store.getOrSet(key, compute);
    return typeof found?.then === "function" ? found.then((bytes) => look(bytes, "getOrSet")) : look(found, "getOrSet");
  },
};

main();
