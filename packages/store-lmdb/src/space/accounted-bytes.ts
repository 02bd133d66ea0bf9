/** Files are counted in whole blocks, as file systems keep them. */
const blockBytes = 4096;

/** Longer nodes (8 bytes of header, key, row) are not kept in a leaf: their row gets pages of its own. `mdb_env_open`. */
const longestNodeBytes = 2038;

/** Header of a page of its own, and header and place of a node in its leaf. `mdb.c` */
const pageHeaderBytes = 16;
const nodeHeaderBytes = 10;
const pageNumberBytes = 8;

/** What a page holds behind its header. */
const pageRoomBytes = blockBytes - 16;

/**
 * Leaves that entries come to and go from in no order are little more than half full: LMDB joins two only when one is down
 * to a quarter. Measured with rows of 100 and 1,000 bytes, under eviction in the order of storing.
 */
const leafFill = 0.55;

/** What an entry takes up in the tables beside its own: order, expiry, usage, the row of its file. */
const otherRowsBytes = 128;

/** What an entry takes up in the index, by the lengths of its key and its row there: as its pages do, not its bytes. */
export function accountedRowBytes(placeBytes: number, rowBytes: number): number {
  const inLeaf = nodeHeaderBytes + placeBytes;
  if (inLeaf + rowBytes <= longestNodeBytes) return partOfLeaf(inLeaf + rowBytes) + otherRowsBytes;
  return partOfLeaf(inLeaf + pageNumberBytes) + otherRowsBytes + inBlocks(rowBytes + pageHeaderBytes);
}

/** What a file of so many bytes takes up. */
export function accountedFileBytes(byteLength: number): number {
  return inBlocks(Math.max(0, byteLength));
}

/** A page by the number of such nodes that are in one. */
function partOfLeaf(nodeBytes: number): number {
  return Math.ceil(blockBytes / (Math.floor(pageRoomBytes / nodeBytes) * leafFill));
}

function inBlocks(bytes: number): number {
  return Math.ceil(bytes / blockBytes) * blockBytes;
}
