// One thread of `model-process`: about a hundred gets for each set, a tenth of the changes deletions. Most keys are its own, and
// every answer must be what its model says; some are shared with all threads, and must hold something that was written for them.
import { parentPort } from "node:worker_threads";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { seededNumbers } from "../stress/seeded-numbers.js";

const [directory, name, operations, seed] = process.argv.slice(2) as [string, string, string, string];

/** A value that tells which key and which write it is of; some are larger than what the index holds itself. */
function makeValue(key: string, version: number, random: number): unknown {
  const text = `${key}|${name}|${version}|`;
  if (random < 0.02) return { key, text, bytes: new Uint8Array(90_000).fill(version % 251) };
  if (random < 0.5) return { key, text, list: [version, null, undefined, -0, 1.5] };
  return { key, text, padding: "x".repeat(Math.floor(random * 1500)) };
}

async function main(): Promise<void> {
  const warnings: string[] = [];
  const cache = new Cache({
    backend: new DiskCache({ directory, onEvent: (event) => event.type === "warning" && warnings.push(event.message) }),
    onEvent: (event) => event.type === "warning" && warnings.push(event.message),
  });
  const next = seededNumbers(Number(seed));
  const model = new Map<string, { value: unknown; tag: string }>();
  const counts = { gets: 0, hits: 0, sets: 0, deletes: 0, tagEvictions: 0, adds: 0, pops: 0, increments: 0 };
  const mismatches: string[] = [];
  const expectSame = (what: string, actual: unknown, expected: unknown) => {
    if (print(actual) === print(expected)) return;
    mismatches.push(`${what}: ${print(actual).slice(0, 120)} instead of ${print(expected).slice(0, 120)}`);
    if (mismatches.length > 10) throw new Error(mismatches.join("\n"));
  };
  for (let operation = 0; operation < Number(operations); operation++) {
    const own = next() < 0.8;
    const key = own ? `own:${name}:${Math.floor(next() * 40)}` : `shared:${Math.floor(next() * 20)}`;
    const action = next();
    if (action < 0.98) {
      counts.gets++;
      const found = await cache.get(key);
      if (found !== undefined) counts.hits++;
      if (own) expectSame(key, found, model.get(key)?.value);
      else if (found !== undefined && (found as { key: string }).key !== key)
        expectSame(key, found, "a value of that key");
    } else if (action < 0.991) {
      counts.sets++;
      const tag = `${own ? name : "shared"}:${Math.floor(next() * 5)}`;
      const value = makeValue(key, operation, next());
      await cache.set(key, value, { tags: [tag] });
      if (own) model.set(key, { value, tag });
    } else if (action < 0.994) {
      counts.deletes++;
      const deleted = await cache.delete(key);
      if (own) expectSame(`delete ${key}`, deleted, model.delete(key));
    } else if (action < 0.996) {
      counts.adds++;
      const value = makeValue(key, operation, next());
      const { stored } = await cache.add(key, value, { tags: [`${name}:0`] });
      if (!own) continue;
      expectSame(`add ${key}`, stored, !model.has(key));
      if (stored) model.set(key, { value, tag: `${name}:0` });
    } else if (action < 0.998) {
      counts.pops++;
      const value = await cache.pop(key);
      if (own) expectSame(`pop ${key}`, value, model.get(key)?.value);
      if (own) model.delete(key);
    } else if (action < 0.9995) {
      counts.increments++;
      await cache.increment("count"); // by all; the sum is held against this count
    } else {
      counts.tagEvictions++;
      const tag = `${name}:${Math.floor(next() * 5)}`;
      const expected = [...model].filter(([, entry]) => entry.tag === tag);
      // Shared keys that were added by this thread have its tag too, and others may have changed them.
      const evicted = await cache.evictTag(tag);
      if (evicted < expected.length) expectSame(`evict ${tag}`, evicted, expected.length);
      for (const [evictedKey] of expected) model.delete(evictedKey);
    }
  }
  for (const [key, { value }] of model) expectSame(`at the end, ${key}`, await cache.get(key), value);
  await cache.close();
  if (warnings.length > 0) throw new Error(`warnings:\n${warnings.slice(0, 10).join("\n")}`);
  if (mismatches.length > 0) throw new Error(mismatches.join("\n"));
  parentPort?.postMessage({ ...counts, mismatches: mismatches.length });
}

/** Values as text in which no two of those above are the same. */
function print(value: unknown): string {
  return (
    JSON.stringify(value, (_, part) => {
      if (part instanceof Uint8Array) return `bytes ${part.byteLength} ${part[0]} ${part.at(-1)}`;
      if (part === undefined) return "undefined";
      return Object.is(part, -0) ? "-0" : part;
    }) ?? "undefined"
  );
}

main().catch((error: unknown) => {
  throw error;
});
