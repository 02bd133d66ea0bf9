import { join } from "node:path";

/** Where file blobs live; the number is part of the format on disk. */
export type BlobFolder = "blobs" | "tables";

/** The place of a file blob: its folder, and the BLAKE3-256 of its content in 64 hexadecimal digits. */
export interface BlobAddress {
  readonly folder: BlobFolder;
  readonly digest: string;
}

/** An address in an entry's row, with what is needed to check the list of chunk digests. */
export interface FileReference extends BlobAddress {
  /** xxh64 of the list of chunk digests, 8 bytes. */
  readonly chunksDigest: bigint;
}

const folders: readonly BlobFolder[] = ["blobs", "tables"];
const addressBytes = 33;
const tableSuffix = ".parquet";

/** The folder for blobs of a codec: tables stay plain Parquet files that other tools open. */
export function folderOfCodec(codec: string): BlobFolder {
  return codec.startsWith("larder.parquet") ? "tables" : "blobs";
}

/** The key of an address in the index. */
export function addressKey(address: BlobAddress): Buffer {
  const key = Buffer.alloc(addressBytes);
  key[0] = folders.indexOf(address.folder);
  key.write(address.digest, 1, "hex");
  return key;
}

/** The address of a key in the index, or `undefined` when it is none. */
export function addressOfKey(key: Uint8Array): BlobAddress | undefined {
  const folder = key.byteLength === addressBytes ? folders[key[0]!] : undefined;
  if (folder === undefined) return undefined;
  return { folder, digest: Buffer.from(key.buffer, key.byteOffset + 1, 32).toString("hex") };
}

/** The payload of an entry whose bytes are in a file. */
export function encodeReference(reference: FileReference): Buffer {
  const payload = Buffer.alloc(addressBytes + 8);
  payload.set(addressKey(reference));
  payload.writeBigUInt64LE(reference.chunksDigest, addressBytes);
  return payload;
}

/** The reference in the payload of an entry, or `undefined` when it is none. */
export function decodeReference(payload: Uint8Array): FileReference | undefined {
  if (payload.byteLength !== addressBytes + 8) return undefined;
  const address = addressOfKey(payload.subarray(0, addressBytes));
  if (address === undefined) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return { ...address, chunksDigest: view.getBigUint64(addressBytes, true) };
}

/** Whether two addresses are the same place. */
export function isSameAddress(one: BlobAddress | undefined, other: BlobAddress | undefined): boolean {
  return one?.folder === other?.folder && one?.digest === other?.digest;
}

/** The path of a file blob, such as `blobs/ab/cd/abcd…` or `tables/ab/cd/abcd….parquet`. */
export function blobPath(directory: string, { folder, digest }: BlobAddress): string {
  const name = folder === "tables" ? `${digest}${tableSuffix}` : digest;
  return join(directory, folder, digest.slice(0, 2), digest.slice(2, 4), name);
}

/** The address a path relative to the directory stands for, or `undefined` when no file blob would be there. */
export function addressOfPath(
  folder: BlobFolder,
  first: string,
  second: string,
  name: string,
): BlobAddress | undefined {
  const digest = folder === "tables" && name.endsWith(tableSuffix) ? name.slice(0, -tableSuffix.length) : name;
  const sound = /^[0-9a-f]{64}$/.test(digest) && (folder === "tables") === name.endsWith(tableSuffix);
  return sound && digest.startsWith(first + second) && first.length === 2 && second.length === 2
    ? { folder, digest }
    : undefined;
}

/** An address as it stands in reports: its path without what only spreads the files. */
export function addressText({ folder, digest }: BlobAddress): string {
  return `${folder}/${digest}`;
}
