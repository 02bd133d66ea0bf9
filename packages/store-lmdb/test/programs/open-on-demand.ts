// For each directory named on standard input: opens it, stores a blob and says so; closes it when the next is named.
import { createInterface } from "node:readline";
import { LmdbBackend } from "@larder/store-lmdb";
import { sampleBlob, sampleBytes } from "../sample-blob.js";

async function main(): Promise<void> {
  let backend: LmdbBackend | undefined;
  console.log("ready");
  for await (const directory of createInterface({ input: process.stdin })) {
    await backend?.close();
    const warnings: string[] = [];
    backend = new LmdbBackend({
      directory,
      onEvent: (event) => event.type === "warning" && warnings.push(event.message),
    });
    await backend.setBlob(`from ${process.argv[2]}`, await sampleBlob(sampleBytes(100_000, Number(process.argv[2]))));
    console.log(`stored ${warnings.join(" ")}`.trim());
  }
  await backend?.close();
}

void main();
