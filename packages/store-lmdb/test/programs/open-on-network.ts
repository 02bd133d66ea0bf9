import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { LarderError } from "@larder/core";

// Every file system says that it is NFS: there is none to be had on a test machine.
const statfsSync = fs.statfsSync;
fs.statfsSync = ((path: string) => ({ ...statfsSync(path), type: 0x6969 })) as typeof fs.statfsSync;
syncBuiltinESMExports();

const { Cache } = await import("@larder/core");
const { LmdbBackend } = await import("@larder/store-lmdb");
const directory = process.argv[2]!;

const refused = new LmdbBackend({ directory });
try {
  await refused.getBlob("key");
} catch (error) {
  if (!LarderError.isInstance(error)) throw error;
  const { code, facts } = error;
  console.log(JSON.stringify({ code, facts, made: fs.existsSync(directory) }));
}

const cache = new Cache({ backend: new LmdbBackend({ directory, allowNetworkFileSystem: true }) });
await cache.set("key", 3);
console.log(JSON.stringify({ value: await cache.get("key") }));
await cache.close();
