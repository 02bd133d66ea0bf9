// Opens and closes a directory again and again, reading only.
import { LmdbBackend } from "@larder/store-lmdb";

const [directory, times] = process.argv.slice(2);

async function main(): Promise<void> {
  for (let i = 0; i < Number(times); i++) {
    const backend = new LmdbBackend({ directory: directory! });
    await backend.getBlob("any");
    await backend.close();
  }
}

void main();
