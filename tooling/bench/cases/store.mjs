// Small values: `Cache` on `DiskCache` beside LMDB itself, in one process, in turn.
// Options: { directory, operation: "get" | "set-awaited" | "set-batched", codec: "bytes" | "structured", bytes, rounds }.
import { join } from "node:path";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { open } from "lmdb";
import { interleavedRounds } from "./interleaved-rounds.mjs";
import { printSamples } from "./print-samples.mjs";

async function main() {
  const options = JSON.parse(process.argv[2]);
  const backend = new DiskCache({ directory: join(options.directory, "ours") });
  const cache = new Cache({ backend });
  // LMDB at its best: bytes as they are; for other values, its own msgpack. Named database, as we have one.
  const encoding = options.codec === "bytes" ? "binary" : "msgpack";
  const environment = open({ path: join(options.directory, "lmdb.mdb") });
  const database = environment.openDB({ name: "values", encoding });
  const measure = options.operation === "get" ? measureGets : measureSets;
  const samples = await measure({ cache, database, ...options });
  await backend.close();
  await environment.close();
  printSamples(samples);
}

async function measureGets({ cache, database, codec, bytes, rounds }) {
  const operations = 10_000;
  const keys = Array.from({ length: 1000 }, (_, index) => `bench:${index}`);
  await Promise.all(keys.map((key, index) => cache.set(key, makeValue(codec, bytes, index))));
  await Promise.all(keys.map((key, index) => database.put(key, makeValue(codec, bytes, index))));
  // Every value is looked at, so that none is left out of the work.
  let seen = 0;
  const look = codec === "bytes" ? (value) => (seen += value[0]) : (value) => (seen += value.index);
  const contenders = {
    ours: async () => {
      for (let index = 0; index < operations; index += 1) look(await cache.get(keys[index % keys.length]));
    },
  };
  const raw = (name, read) => {
    contenders[name] = () => {
      for (let index = 0; index < operations; index += 1) look(read(keys[index % keys.length]));
    };
  };
  if (codec === "bytes") {
    raw("lmdb getBinary", (key) => database.getBinary(key));
    raw("lmdb getBinaryFast", (key) => database.getBinaryFast(key));
  } else {
    raw("lmdb get", (key) => database.get(key));
  }
  const samples = await interleavedRounds(contenders, { rounds, operations });
  if (seen === 0) throw new Error("nothing was read");
  return samples;
}

async function measureSets({ cache, database, codec, bytes, rounds, operation }) {
  const batched = operation === "set-batched";
  const operations = batched ? 5000 : 300;
  const fill = (put) => async (round) => {
    const promises = [];
    for (let index = 0; index < operations; index += 1) {
      const done = put(`bench:${round}:${index}`, makeValue(codec, bytes, round * operations + index));
      if (batched) promises.push(done);
      else await done;
    }
    await Promise.all(promises);
  };
  const contenders = {
    ours: fill((key, value) => cache.set(key, value)),
    "lmdb put": fill((key, value) => database.put(key, value)),
  };
  return interleavedRounds(contenders, { rounds, operations });
}

function makeValue(codec, bytes, index) {
  if (codec === "bytes") {
    const value = new Uint8Array(bytes).fill(1 + (index % 200));
    new DataView(value.buffer).setUint32(0, index + 1);
    value[0] = 1;
    return value;
  }
  return { index: index + 1, name: `value ${index}`, text: "x".repeat(Math.max(0, bytes - 40)), flag: true };
}

main();
