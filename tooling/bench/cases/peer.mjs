import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

const peers = createRequire(fileURLToPath(new URL("../peers/package.json", import.meta.url)));

/** A module of `peers/`, which is not part of the workspace. */
export async function peer(name) {
  return import(pathToFileURL(peers.resolve(name)).href);
}
