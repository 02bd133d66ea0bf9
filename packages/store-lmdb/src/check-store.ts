import { addressOfKey, addressText, type BlobAddress } from "./blob-address.js";
import { type BlobRow, parseBlobRow } from "./blob-rows.js";
import { checkFiles } from "./check-files.js";
import { type CheckProblem, problem } from "./check-problem.js";
import { indexKey, shownKey } from "./entry-key.js";
import type { ReadableTable, Snapshot } from "./lmdb-environment.js";
import type { OpenStore } from "./open-store.js";
import { decodeRow, readHead, rowKinds } from "./row-format.js";
import { referenceOf } from "./store-operations.js";

/** What `check` found. */
export interface CheckReport {
  /** Everything that does not fit together; empty when all is well. */
  readonly problems: readonly CheckProblem[];
  /** Sound entries. */
  readonly entries: number;
  /** Sound signatures. */
  readonly signatures: number;
  /** Sound files of blobs and tables. */
  readonly files: number;
  readonly fileBytes: number;
}

/** What the index says of the files, as it was at one moment. */
export interface IndexSurvey {
  /** By address in text form: what the entries point at. */
  readonly pointedAt: ReadonlyMap<string, PointedAt>;
  /** By address in text form: the blob rows. */
  readonly rows: ReadonlyMap<string, BlobRow & { readonly address: BlobAddress }>;
}

interface PointedAt {
  readonly address: BlobAddress;
  /** Keys of the entries. */
  readonly keys: Uint8Array[];
}

/** Rows looked at in one go: a check must not hold up the event loop. */
const pageRows = 200;

/** Reads everything and changes nothing. The index is read as it was at one moment; what concerns files is looked at twice. */
export async function checkStore(store: OpenStore): Promise<CheckReport> {
  const problems: CheckProblem[] = [];
  const snapshot = store.environment.snapshot();
  const pointedAt = new Map<string, PointedAt>();
  const rows = new Map<string, BlobRow & { address: BlobAddress }>();
  let entries = 0;
  let signatures = 0;
  try {
    await eachRow(snapshot.entries, (place, bytes) => {
      const row = decodeRow(bytes, undefined, store.xxhash);
      const reference = referenceOf(row);
      const sound = row !== undefined && Buffer.compare(indexKey(row.key), place) === 0 && readHead(row) !== undefined;
      if (!sound || (row.kind !== rowKinds.inline && reference === undefined)) {
        problems.push(problem("entry-damaged", shownKey(place.subarray(1)), "its record does not meet its checksum"));
        return;
      }
      entries++;
      if (reference === undefined) return;
      const id = addressText(reference);
      const known = pointedAt.get(id);
      if (known === undefined) pointedAt.set(id, { address: reference, keys: [new Uint8Array(row.key)] });
      else known.keys.push(new Uint8Array(row.key));
    });
    await eachRow(snapshot.signatures, (place, bytes) => {
      const row = decodeRow(bytes, undefined, store.xxhash);
      if (row?.kind === rowKinds.signature && Buffer.compare(indexKey(row.key), place) === 0) signatures++;
      else
        problems.push(
          problem("entry-damaged", shownKey(place.subarray(1)), "it is a signature that does not meet its checksum"),
        );
    });
    await eachRow(snapshot.blobs, (key, bytes) => {
      const address = addressOfKey(key);
      const row = parseBlobRow(bytes, key, store.xxhash);
      if (address === undefined || row === undefined) {
        problems.push(
          problem("wrong-count", address ? addressText(address) : shownKey(key), "its row does not meet its checksum"),
        );
      } else rows.set(addressText(address), { ...row, address });
    });
    checkCounts(pointedAt, rows, snapshot, problems);
  } finally {
    snapshot.release();
  }
  const { files, fileBytes } = await checkFiles(store, { pointedAt, rows }, problems);
  return { problems, entries, signatures, files, fileBytes };
}

function checkCounts(
  pointedAt: IndexSurvey["pointedAt"],
  rows: IndexSurvey["rows"],
  snapshot: Snapshot,
  problems: CheckProblem[],
): void {
  const marked = new Set<string>();
  for (const key of snapshot.unused.keysFrom(Buffer.of(0), Number.MAX_SAFE_INTEGER)) {
    const address = addressOfKey(key);
    if (address !== undefined) marked.add(addressText(address));
  }
  for (const [id, { count }] of rows) {
    const actual = pointedAt.get(id)?.keys.length ?? 0;
    // Marked as unused: the second step of deleting is about to come.
    if (count === actual && (count > 0 || marked.has(id))) continue;
    problems.push(problem("wrong-count", id, `${count} entries are counted, and ${actual} point at it`));
  }
  for (const [id, { keys }] of pointedAt) {
    if (!rows.has(id))
      problems.push(problem("wrong-count", id, `no entries are counted, and ${keys.length} point at it`));
  }
}

async function eachRow(table: ReadableTable, visit: (key: Uint8Array, bytes: Uint8Array) => void): Promise<void> {
  let start: Uint8Array = Buffer.of(0);
  for (;;) {
    const keys = table.keysFrom(start, pageRows);
    for (const key of keys) {
      const bytes = table.read(key);
      if (bytes !== undefined) visit(key, bytes);
    }
    if (keys.length < pageRows) return;
    start = Buffer.concat([keys.at(-1)!, Buffer.of(0)]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
