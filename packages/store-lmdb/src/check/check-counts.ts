import { statSync } from "node:fs";
import { addressKey, addressOfKey, addressText, type BlobAddress, blobPath } from "../blob-address.js";
import { type BlobRow, parseBlobRow, readBlobRow, unknownCount, writeBlobRow } from "../blob-rows.js";
import { shownKey } from "../entry-key.js";
import { accountedFileBytes } from "../space/accounted-bytes.js";
import type { StoreContext } from "../store-context.js";
import { freeFile } from "../store-operations.js";
import type { PointedAt, Tables } from "./check-entries.js";
import { type Finding, problem } from "./check-problem.js";
import { eachRow } from "./each-row.js";

/** The rows of files, by address in text form. */
export type FileRows = ReadonlyMap<string, BlobRow & { readonly address: BlobAddress }>;

/** Stands in for a count that is not known, so that what others add and take away meanwhile is not lost. */
const manyEntries = 0x4000_0000;

const marked = Buffer.of(1);

/** Looks at the rows of files, and whether they count the entries that point at them. */
export async function checkCounts(
  context: StoreContext,
  tables: Tables,
  pointedAt: PointedAt,
  findings: Finding[],
): Promise<FileRows> {
  const rows = new Map<string, BlobRow & { readonly address: BlobAddress }>();
  await eachRow(tables.blobs, (key, bytes) => {
    const address = addressOfKey(key);
    const row = parseBlobRow(bytes, key, context.xxhash);
    if (address === undefined) findings.push(strange(context, key));
    else if (row === undefined || row.count === unknownCount) findings.push(unknown(context, address));
    if (address !== undefined && row !== undefined) rows.set(addressText(address), { ...row, address });
  });
  for (const [id, { address, count }] of rows) {
    const actual = pointedAt.get(id)?.places.length ?? 0;
    // Marked as unused: the second step of deleting is about to come.
    const isRight = count === actual && (count > 0 || tables.unused.read(addressKey(address)) !== undefined);
    if (!isRight && count !== unknownCount) findings.push(wrong(context, address, count, actual));
  }
  for (const [id, { address, places }] of pointedAt) {
    const key = addressKey(address);
    if (tables.blobs.read(key) === undefined) findings.push(wrong(context, address, undefined, places.length));
    else if (!rows.has(id)) rows.set(id, { address, count: unknownCount, byteLength: -1 });
  }
  return rows;
}

function strange({ environment }: StoreContext, key: Uint8Array): Finding {
  return {
    problem: problem("wrong-count", shownKey(key), "there is no such address"),
    repair() {
      environment.blobs.remove(key);
      return true;
    },
  };
}

/** The count is set to a large one first; by how much that is wrong the next look tells. */
function unknown(context: StoreContext, address: BlobAddress): Finding {
  const { environment, root, space, xxhash } = context;
  return {
    problem: problem("wrong-count", addressText(address), "its row does not meet its checksum, or counts nothing"),
    repair() {
      if (readBlobRow(environment.blobs, address, xxhash)?.count !== unknownCount) return true;
      const byteLength = sizeOf(root, address);
      writeBlobRow(environment.blobs, address, { count: manyEntries, byteLength }, xxhash);
      space.account.distrust();
      return true;
    },
  };
}

/** @param counted - `undefined`: there is no row */
function wrong(context: StoreContext, address: BlobAddress, counted: number | undefined, actual: number): Finding {
  const { environment, root, space, xxhash } = context;
  const reason = `${counted ?? "no"} entries are counted, and ${actual} point at it`;
  // What others write meanwhile changes both alike: the difference stays.
  const by = actual - (counted ?? 0);
  return {
    problem: problem("wrong-count", addressText(address), reason),
    repair() {
      const row = readBlobRow(environment.blobs, address, xxhash);
      if (row?.count === unknownCount) return false;
      if (row === undefined && by <= 0) return true;
      const byteLength = row?.byteLength ?? sizeOf(root, address);
      const count = Math.max(0, (row?.count ?? 0) + by);
      writeBlobRow(environment.blobs, address, { count, byteLength }, xxhash);
      if (row === undefined) space.account.add({ fileBytes: accountedFileBytes(byteLength) });
      if (count === 0) environment.unused.write(addressKey(address), marked);
      return true;
    },
  };
}

/** A row without file or entries: named, and forgotten. */
export function rowWithoutFile(context: StoreContext, address: BlobAddress): Finding {
  return {
    problem: problem("row-without-file", addressText(address), "there is no such file"),
    repair() {
      // Frees it only when nobody points at it by now.
      freeFile(context, address);
      return true;
    },
  };
}

function sizeOf(root: string, address: BlobAddress): number {
  return statSync(blobPath(root, address), { throwIfNoEntry: false })?.size ?? 0;
}
