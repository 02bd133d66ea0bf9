// Reads a key, stores another and reads that; prints the value's length and the codes of errors.
import { LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

const directory = process.argv[2]!;

async function codeOf(action: () => Promise<unknown>): Promise<unknown> {
  try {
    return await action();
  } catch (error) {
    return LarderError.isInstance(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

async function main(): Promise<void> {
  process.on("unhandledRejection", (error) => {
    console.error("unhandled", error);
    process.exit(2);
  });
  const warnings: string[] = [];
  const backend = new LmdbBackend({
    directory,
    onEvent: (event) => event.type === "warning" && warnings.push(event.code),
  });
  const read = await codeOf(async () => (await readBytes(backend, "key"))?.byteLength ?? null);
  const stored = await codeOf(async () => {
    await backend.setBlob("new", await sampleBlob(sampleBytes(50, 1)));
    return (await readBytes(backend, "new"))?.byteLength;
  });
  await backend.close();
  console.log(JSON.stringify({ read, stored, warnings }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
