import { randomBytes } from "node:crypto";
import type { Xxhash } from "@larder/core";
import type { LmdbEnvironment } from "./lmdb-environment.js";

const place = Buffer.from("index");
const idBytes = 16;

/** The id that an index got when it was begun, which tells its journal from that of another; `undefined`: none, or damaged. */
export function readIndexId({ identity }: LmdbEnvironment, xxhash: Xxhash): Buffer | undefined {
  const row = identity.read(place);
  if (row?.byteLength !== idBytes + 8) return undefined;
  const copy = Buffer.from(row);
  const id = copy.subarray(0, idBytes);
  return xxhash.hash64(id) === copy.readBigUInt64LE(idBytes) ? id : undefined;
}

/** Gives an index an id. Within a transaction. */
export function writeIndexId({ identity }: LmdbEnvironment, xxhash: Xxhash): Buffer {
  const row = Buffer.alloc(idBytes + 8);
  const id = randomBytes(idBytes);
  row.set(id);
  row.writeBigUInt64LE(xxhash.hash64(id), idBytes);
  identity.write(place, row);
  return id;
}
