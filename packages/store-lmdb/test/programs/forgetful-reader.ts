// Opens blobs in files and never closes them, in a process that may open few files.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { LmdbBackend } from "@larder/store-lmdb";
import { sampleBlob, sampleBytes } from "../sample-blob.js";

async function main(): Promise<void> {
  const warnings: string[] = [];
  const backend = new LmdbBackend({
    directory: process.argv[2]!,
    onEvent: (event) => event.type === "warning" && warnings.push(event.code),
  });
  const blob = await sampleBlob(sampleBytes(70_000, 1));
  await backend.setBlob("key", blob);
  let held: unknown[] = [];
  for (let i = 0; i < 300; i++) held.push(await backend.getBlob("key"));
  const misses = held.filter((stored) => stored === undefined).length;
  if (warnings.some((code) => code !== "too-many-open-files")) throw new Error(warnings.join(" "));
  if (warnings.length !== misses) throw new Error(`${misses} misses, ${warnings.length} warnings`);
  held = [];
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 10; i++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  let hits = 0;
  for (let i = 0; i < 50; i++) if ((await backend.getBlob("key")) !== undefined) hits++;
  console.log(`misses ${misses} hits after collection ${hits}`);
  await backend.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
