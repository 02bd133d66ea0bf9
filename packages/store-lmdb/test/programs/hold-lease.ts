// Acquires a lease, says so, and keeps it: until it is killed, or with "busy" for three seconds without a pause.
import { writeSync } from "node:fs";
import { LmdbBackend } from "@larder/store-lmdb";

const [directory, name, how] = process.argv.slice(2);

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const claim = await backend.acquireLease(name!);
  if (!claim.granted) throw new Error(`${name} is held by ${claim.holder.owner}`);
  writeSync(1, `held ${claim.lease.token}\n`);
  if (how === "busy") {
    const end = performance.now() + 3_000;
    while (performance.now() < end);
    writeSync(1, `free ${await backend.releaseLease(claim.lease, { by: "busy" })}\n`);
    await backend.close();
  } else setInterval(() => {}, 60_000);
}

void main();
