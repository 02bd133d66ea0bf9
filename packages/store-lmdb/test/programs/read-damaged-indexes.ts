// Opens damaged copies of a cache one after the other; everything read must be right or absent. Prints what it saw.
import { cpSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { randomNumbers, readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

const [original, copies, firstSeed, count] = process.argv.slice(2);

const ways: Record<string, (index: string, next: () => number) => void> = {
  emptied: (index) => truncateSync(index, 0),
  "cut short": (index, next) => truncateSync(index, Math.floor(next() * readFileSync(index).byteLength)),
  "without header": (index) => overwrite(index, 0, Buffer.alloc(8192)),
  "with a random header": (index, next) => overwrite(index, 0, Buffer.from(randomBytes(8192, next))),
  "with a flipped bit": (index, next) => {
    const bytes = readFileSync(index);
    const at = Math.floor(next() * bytes.byteLength);
    overwrite(index, at, Buffer.of(bytes[at]! ^ (1 << Math.floor(next() * 8))));
  },
  "with a page of noise": (index, next) =>
    overwrite(index, treePage(index, next), Buffer.from(randomBytes(4096, next))),
  "with noise at the head of a page": (index, next) => {
    overwrite(index, treePage(index, next) + 16, Buffer.from(randomBytes(48, next)));
  },
  "with noise in the order of a page": (index, next) => {
    overwrite(index, treePage(index, next) + 24, Buffer.from(randomBytes(8, next)));
  },
  "with a wrong page number": (index, next) => {
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(BigInt(Math.floor(next() * 1000)));
    overwrite(index, treePage(index, next), number);
  },
  "with two pages swapped": (index, next) => {
    const [one, other] = [treePage(index, next), treePage(index, next)];
    const bytes = readFileSync(index);
    overwrite(index, one, bytes.subarray(other, other + 4096));
    overwrite(index, other, bytes.subarray(one, one + 4096));
  },
};

/** Where a page of keys starts: those LMDB follows. Its flags stand at byte 18 of a page, 1 for branches, 2 for leaves. */
function treePage(index: string, next: () => number): number {
  const bytes = readFileSync(index);
  const starts: number[] = [];
  for (let at = 8192; at < bytes.byteLength; at += 4096) {
    const flags = bytes.readUInt16LE(at + 18);
    if (bytes.readBigUInt64LE(at) === BigInt(at / 4096) && (flags === 1 || flags === 2)) starts.push(at);
  }
  return starts[Math.floor(next() * starts.length)]!;
}

function randomBytes(length: number, next: () => number): number[] {
  return Array.from({ length }, () => Math.floor(next() * 256));
}

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const content = readFileSync(path);
  content.set(bytes, at);
  writeFileSync(path, content);
}

async function main(): Promise<void> {
  for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(count); seed++) {
    for (const [way, damage] of Object.entries(ways)) {
      const directory = join(copies!, `${seed} ${way}`);
      cpSync(original!, directory, { recursive: true, preserveTimestamps: true });
      damage(join(directory, "index.lmdb"), randomNumbers(seed));
      // Seen by the parent when this process is ended by what follows.
      console.log(`opening ${seed} ${way}`);
      const warnings: string[] = [];
      const backend = new LmdbBackend({
        directory,
        onEvent: (event) => event.type === "warning" && warnings.push(event.code),
      });
      let hits = 0;
      let fileHits = 0;
      for (let i = 0; i < 120; i++) {
        const bytes = await readBytes(backend, `key ${i}`);
        if (bytes === undefined) continue;
        if (Buffer.compare(bytes, sampleBytes(i * 600, i)) !== 0) throw new Error(`wrong value after ${seed} ${way}`);
        hits++;
        if (i * 600 > 65_536) fileHits++;
      }
      await backend.setBlob("new", await sampleBlob(sampleBytes(100, 1)));
      if ((await readBytes(backend, "new"))?.byteLength !== 100) throw new Error(`can't write after ${seed} ${way}`);
      await backend.check({ fix: true });
      const left = (await backend.check()).problems.map(({ message }) => message);
      await backend.close();
      console.log(JSON.stringify({ way, hits, fileHits, left, warnings: [...new Set(warnings)] }));
    }
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
