import { buildCache, type ShardedBackend } from "@larder/disk-cache";

// Writes values of many sizes, and after each looks whether all shards together keep to the limit.
const [directory = "", name = "", count = "", seed = ""] = process.argv.slice(2);
const cache = await buildCache("table", { directory });
const { shards } = cache.backend as ShardedBackend;
const limit = cache.settings().sizeLimitBytes;

let state = Number(seed);
/** A number from 0 to 1. Source: mulberry32, https://github.com/bryc/code/blob/master/jshash/PRNGs.md */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** What is taken and granted at one moment: shards are read one after the other, so twice, until both are the same. */
async function moment(): Promise<{ taken: number; granted: number } | undefined> {
  const look = async () => JSON.stringify(await Promise.all(shards.map((shard) => shard.volume())));
  const [first, second] = [await look(), await look()];
  if (first !== second) return undefined;
  const volumes = JSON.parse(first) as { sizeBytes: number; reservedBytes: number; limitBytes: number }[];
  return {
    taken: volumes.reduce((sum, volume) => sum + volume.sizeBytes + volume.reservedBytes, 0),
    granted: volumes.reduce((sum, volume) => sum + volume.limitBytes, 0),
  };
}

let looks = 0;
console.log("writing");
for (let i = 0; i < Number(count); i++) {
  const bytes = Buffer.alloc(Math.floor(random() ** 4 * 400_000) + 8);
  // Equal ones would be kept once.
  bytes.writeUInt32LE(i);
  bytes.writeUInt32LE(Number(seed) >>> 0, 4);
  await cache.set(`${name}/${i}`, bytes);
  const now = await moment();
  if (now === undefined) continue;
  looks++;
  if (now.taken > limit || now.granted > limit) {
    throw new Error(`After ${i + 1} values: ${now.taken} bytes are taken and ${now.granted} granted of ${limit}.`);
  }
}
console.log(JSON.stringify({ looks }));
await cache.close();
