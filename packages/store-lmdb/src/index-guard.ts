import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { type IndexHeader, type IndexTree, pageHeaderBytes, readIndexHeaders, readTree } from "./index-file.js";
import { systemCode } from "./store-error.js";

/** Why an index must not be opened. */
export interface IndexDamage {
  readonly reason: string;
  /** Which file was looked at, so that its successor is not taken for it. */
  readonly inode: number;
}

/** The format of data files this code knows; what has another is left to LMDB. */
const knownVersion = 2;

const branchFlag = 1;
const leafFlag = 2;
const overflowNode = 1;
const treeNode = 2;

/** Pages looked at between two turns of the event loop. */
const pagesAtOnce = 2000;

/**
 * Looks at an LMDB data file before LMDB does, because what is damaged there ends the process.
 *
 * @param thorough - follow every tree, page by page, as LMDB would; otherwise only the headers are read
 * @param goOn - called now and then while this goes on
 * @returns `undefined` when the file is absent, empty, or sound
 */
export async function findIndexDamage(
  path: string,
  thorough: boolean,
  goOn: () => void = () => {},
): Promise<IndexDamage | undefined> {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { ino: inode, size } = fstatSync(file);
    const headers = readIndexHeaders(file);
    if ("damage" in headers) return { reason: headers.damage, inode };
    const { header } = headers;
    if (!thorough || header === undefined || header.version !== knownVersion) return undefined;
    const reason = await walk(file, size, header, goOn);
    return reason === undefined ? undefined : { reason, inode };
  } finally {
    closeSync(file);
  }
}

/** Whether `path` is still the file with this inode. */
export function isSameFile(path: string, inode: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === inode;
}

/** Whether LMDB says that the index itself is damaged. The texts are those of `mdb_strerror`. */
export function isIndexDamage(error: unknown): boolean {
  return error instanceof Error && damageTexts.test(error.message);
}

const damageTexts =
  /MDB_CORRUPTED|MDB_PAGE_NOTFOUND|MDB_INVALID|MDB_PANIC|MDB_BAD_TXN|MDB_PROBLEM|MDB_CURSOR_FULL|MDB_INCOMPATIBLE|Invalid key size/;

interface Visit {
  readonly page: number;
  /** Levels from here to the leaves, 1 for a leaf. */
  readonly levels: number;
  /** Whether the keys are in byte order; those of the tree of free pages are numbers. */
  readonly ordered: boolean;
}

/** Follows all trees; every page must be within the file, be where it says, be met once, and hold its nodes. */
async function walk(
  file: number,
  sizeBytes: number,
  { pageSize, lastPage, trees }: IndexHeader,
  goOn: () => void,
): Promise<string | undefined> {
  const pages = Math.min(lastPage + 1, Math.floor(sizeBytes / pageSize));
  if (!Number.isSafeInteger(lastPage)) return "its number of pages is impossible";
  const met = new Uint8Array(Math.ceil(pages / 8));
  const meet = (page: number): string | undefined => {
    if (page < 2 || page >= pages) return `page ${page} is missing`;
    const bit = 1 << (page & 7);
    if ((met[page >> 3]! & bit) !== 0) return `page ${page} is used twice`;
    met[page >> 3]! |= bit;
    return undefined;
  };
  const visits: Visit[] = [];
  const plant = ({ root, depth }: IndexTree, ordered: boolean) => {
    if (root !== undefined) visits.push({ page: root, levels: depth, ordered });
  };
  plant(trees[0], false);
  plant(trees[1], true);
  const bytes = Buffer.alloc(pageSize);
  for (let count = 1; visits.length > 0; count++) {
    const visit = visits.pop()!;
    const damage =
      meet(visit.page) ?? readPage(file, bytes, visit.page) ?? pageDamage(bytes, visit, { visits, meet, plant });
    if (damage !== undefined) return damage;
    if (count % pagesAtOnce > 0) continue;
    goOn();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return undefined;
}

function readPage(file: number, bytes: Buffer, page: number): string | undefined {
  const length = readSync(file, bytes, 0, bytes.byteLength, page * bytes.byteLength);
  return length < bytes.byteLength ? `page ${page} is cut short` : undefined;
}

interface Walk {
  readonly visits: Visit[];
  meet(page: number): string | undefined;
  plant(tree: IndexTree, ordered: boolean): void;
}

function pageDamage(bytes: Buffer, { page, levels, ordered }: Visit, walk: Walk): string | undefined {
  const damaged = (what: string) => `page ${page} ${what}`;
  if (bytes.readBigUInt64LE(0) !== BigInt(page)) return damaged("is another page");
  if (levels < 1 || bytes.readUInt16LE(18) !== (levels === 1 ? leafFlag : branchFlag))
    return damaged("is of the wrong kind");
  const lower = bytes.readUInt16LE(20) + pageHeaderBytes;
  const upper = bytes.readUInt16LE(22) + pageHeaderBytes;
  const keys = (lower - pageHeaderBytes) >> 1;
  if (keys < 1 || lower % 2 !== 0 || lower > upper || upper > bytes.byteLength) return damaged("has impossible bounds");
  let previous: Buffer | undefined;
  for (let i = 0; i < keys; i++) {
    const at = bytes.readUInt16LE(pageHeaderBytes + 2 * i) + pageHeaderBytes;
    if (at < upper || at + 8 > bytes.byteLength) return damaged("has a node outside itself");
    const keyEnd = at + 8 + bytes.readUInt16LE(at + 6);
    if (keyEnd > bytes.byteLength) return damaged("has a key outside itself");
    const key = bytes.subarray(at + 8, keyEnd);
    // The first key of a branch stands for everything smaller.
    if (ordered && previous !== undefined && Buffer.compare(previous, key) >= 0)
      return damaged("has its keys out of order");
    if (levels === 1 || i > 0) previous = key;
    const damage = levels === 1 ? leafDamage(bytes, at, keyEnd, walk) : undefined;
    if (damage !== undefined) return damaged(damage);
    if (levels > 1)
      walk.visits.push({
        page: bytes.readUInt32LE(at) + bytes.readUInt16LE(at + 4) * 2 ** 32,
        levels: levels - 1,
        ordered,
      });
  }
  return undefined;
}

function leafDamage(bytes: Buffer, at: number, dataAt: number, walk: Walk): string | undefined {
  const sizeBytes = bytes.readUInt32LE(at);
  const flags = bytes.readUInt16LE(at + 4);
  if (flags === overflowNode) {
    // `MDB_ovpage`: first page, transaction, number of pages.
    if (dataAt + 24 > bytes.byteLength) return "has a value outside itself";
    const first = Number(bytes.readBigUInt64LE(dataAt));
    const count = Number(bytes.readBigUInt64LE(dataAt + 16));
    if (count !== Math.floor((pageHeaderBytes - 1 + sizeBytes) / bytes.byteLength) + 1)
      return "has a value of impossible length";
    for (let page = first; page < first + count; page++) {
      const damage = walk.meet(page);
      if (damage !== undefined) return `has a value elsewhere: ${damage}`;
    }
    return undefined;
  }
  if (flags !== 0 && flags !== treeNode) return "has a node of the wrong kind";
  if (dataAt + sizeBytes > bytes.byteLength) return "has a value outside itself";
  if (flags !== treeNode) return undefined;
  if (sizeBytes !== 48) return "has a tree of impossible size";
  walk.plant(readTree(bytes, dataAt), true);
  return undefined;
}
