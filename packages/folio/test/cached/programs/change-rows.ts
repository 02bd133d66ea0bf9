import { createHash } from "node:crypto";
import { openFolioStore } from "../../../src/cached/open-folio-store.js";

// change-rows.ts <directory> <seed> <steps>: puts, pins, evicts and removes items, at random, and says how far it is.
const [directory, seed, steps] = process.argv.slice(2) as [string, string, string];
let state = Number(seed);
const random = (below: number) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const urls = ["s3://bucket/flights", "https://host/other"];
const store = await openFolioStore({ directory, freeDiskFloorBytes: 0 });
for (let step = 0; step < Number(steps); step++) {
  const url = urls[random(2)]!;
  const name = `item ${random(6)}`;
  const text = `text ${random(4)}`;
  const content = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const what = random(10);
  if (what < 4) {
    await store.putContent(content, "text", { bytes: Buffer.from(text) });
    const row = { name, kind: "text" as const, file: "f", sizeBytes: text.length, remoteChecksum: content, content };
    const rest = { remoteVersion: undefined, updatedAt: undefined, updatedBy: undefined, cachedAt: 1, lastVerified: 1 };
    await store.putItem(url, { ...row, ...rest });
  } else if (what < 6) await store.removeItem(url, name);
  else if (what < 8) await store.changeItem(url, name, { pinned: random(2) === 0, priority: random(3) });
  else if (what < 9) await store.dropContent(content);
  else if (random(4) === 0) await store.removeBundle(url);
  store.touch(url, name);
  if (step === 20) console.log("under way");
}
await store.close();
console.log("done");
