import { LarderError } from "@larder/core";
import { buildCache } from "@larder/disk-cache";

// Opens a new cache at the same moment as others do, with other shards; prints whether it could, and keeps it open a while.
const [directory = "", shards = ""] = process.argv.slice(2);
console.log("ready");
await new Promise((resolve) => process.stdin.once("data", resolve));
process.stdin.destroy();
try {
  const cache = await buildCache("plan", { directory, shards: Number(shards) });
  await cache.set("key", 1);
  console.log(JSON.stringify({ opened: Number(shards) }));
  await cache.close();
} catch (error) {
  if (!LarderError.isInstance(error, "settings-conflict")) throw error;
  console.log(JSON.stringify({ conflict: error.facts.stored }));
}
