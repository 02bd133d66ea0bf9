import { fstatSync, readFileSync, readSync } from "node:fs";

/** `MDB_MAGIC`, at the start of a header. */
const magic = 0xbeefc0de;

/** Bytes of a page before its content: number, transaction, padding, flags, bounds (`MDB_page_header` of lmdb-js 3). */
export const pageHeaderBytes = 24;

/** Bytes of a page that hold its header as a meta page: `MDB_meta`. */
const metaBytes = pageHeaderBytes + 144;

/** `MDB_OVERLAPPINGSYNC` among the flags of a header: its transaction was not known to be on disk yet. */
const unflushedFlag = 0x1000;

/** A tree of the index: `MDB_db`. */
export interface IndexTree {
  readonly depth: number;
  /** Number of the root page; `undefined` when the tree is empty. */
  readonly root: number | undefined;
}

/** One of the headers of an LMDB data file: `MDB_meta`. */
export interface IndexHeader {
  readonly version: number;
  readonly pageSize: number;
  readonly flushed: boolean;
  /** The tree of free pages, and that of the names of tables. */
  readonly trees: readonly [free: IndexTree, names: IndexTree];
  readonly lastPage: number;
  readonly transaction: bigint;
  readonly bootId: bigint;
}

/** The headers of an open data file, or what is wrong with them. An empty file is no damage: LMDB begins it. */
export function readIndexHeaders(file: number): { header: IndexHeader | undefined } | { damage: string } {
  const stats = fstatSync(file);
  if (!stats.isFile()) return { damage: "it is no regular file" };
  if (stats.size === 0) return { header: undefined };
  const first = readHeader(file, 0);
  if (first === undefined) return { damage: "its header is not that of an LMDB file" };
  const { pageSize } = first;
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0)
    return { damage: "its page size is impossible" };
  const second = readHeader(file, pageSize);
  if (second === undefined || second.pageSize !== pageSize)
    return { damage: "its second header is not that of an LMDB file" };
  return { header: pick(pick(first, second), readHeader(file, pageSize / 2)) };
}

/** The tree described in 48 bytes. */
export function readTree(bytes: Buffer, at: number): IndexTree {
  const root = bytes.readBigUInt64LE(at + 40);
  return { depth: bytes.readUInt16LE(at + 6), root: root === 0xffff_ffff_ffff_ffffn ? undefined : Number(root) };
}

function readHeader(file: number, position: number): IndexHeader | undefined {
  const bytes = Buffer.alloc(metaBytes);
  if (readSync(file, bytes, 0, metaBytes, position) < metaBytes) return undefined;
  const at = pageHeaderBytes;
  if (bytes.readUInt32LE(at) !== magic) return undefined;
  return {
    version: bytes.readUInt32LE(at + 4) & 0xffff,
    pageSize: bytes.readUInt32LE(at + 24),
    flushed: (bytes.readUInt16LE(at + 28) & unflushedFlag) === 0,
    trees: [readTree(bytes, at + 24), readTree(bytes, at + 72)],
    lastPage: Number(bytes.readBigUInt64LE(at + 120)),
    transaction: bytes.readBigUInt64LE(at + 128),
    bootId: bytes.readBigInt64LE(at + 136),
  };
}

/** The header LMDB will use of two, as `mdb_pick_meta` does: after a crash of the machine the older, unless the newer is on disk. */
function pick(one: IndexHeader, other: IndexHeader | undefined): IndexHeader {
  if (other === undefined || other.transaction === 0n) return one;
  const [newer, older] = one.transaction >= other.transaction ? [one, other] : [other, one];
  return newer.flushed || (newer.bootId !== 0n && newer.bootId === bootId()) ? newer : older;
}

/** The first part of the boot id, which is all that LMDB takes of it. 0 where there is none. */
function bootId(): bigint {
  try {
    return BigInt(`0x${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").slice(0, 8)}`);
  } catch {
    return 0n;
  }
}
