// Reads the tables of a cache until they are hot. Arguments: directory, what to do, budget in bytes.
// - `read`: reads t1 to t4 by turns until its input ends; prints "reading", each change of a profile as JSON, and after each
//   "hot" with what the tables take more than they took cold, in bytes
// - `stop-before`, `stop-after`: reads t1, and stops for good right before, or after, it is replaced; prints "stopped"
// - `end`: reads t1 three times and ends without closing the cache
import { Cache, type TransactionView } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";

const [directory, what, budget] = process.argv.slice(2);
const keys = ["t1", "t2", "t3", "t4"];

class StoppedCache extends DiskCache {
  override async replaceBlob(...args: Parameters<DiskCache["replaceBlob"]>): ReturnType<DiskCache["replaceBlob"]> {
    if (what === "stop-before") await stop();
    const record = await super.replaceBlob(...args);
    if (what === "stop-after") await stop();
    // No other process changes a table before this is done.
    if (what === "read") console.log(`hot ${await this.transaction(growthOfTables)}`);
    return record;
  }
}

function growthOfTables(view: TransactionView): number {
  let bytes = 0;
  for (const key of keys) {
    const record = view.record(key);
    const coldBytes = record?.details?.coldBytes as number | undefined;
    if (coldBytes !== undefined) bytes += record!.byteLength - coldBytes;
  }
  return bytes;
}

function stop(): Promise<never> {
  console.log("stopped");
  return new Promise(() => {});
}

async function main(): Promise<void> {
  const backend = new StoppedCache({
    directory: directory!,
    inlineLimitBytes: 0,
    hotTables: { budgetBytes: Number(budget) },
    onEvent: (event) => {
      if (event.type.startsWith("table-made") || event.type === "warning") console.log(JSON.stringify(event));
    },
  });
  const cache = new Cache({ backend });
  if (what !== "read") {
    // Work in the background does not keep a process alive.
    if (what !== "end") setInterval(() => {}, 1000);
    for (let i = 0; i < 3; i++) await cache.get("t1");
    return;
  }
  let isOver = false;
  process.stdin.resume().on("end", () => {
    isOver = true;
  });
  console.log("reading");
  while (!isOver) {
    for (const key of keys) await cache.get(key);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await cache.close();
  process.exit(0);
}

void main();
