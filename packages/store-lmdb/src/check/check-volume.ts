import { addressOfKey } from "../blob-address.js";
import { parseBlobRow } from "../blob-rows.js";
import { rowKinds, storedSequence } from "../row-format.js";
import { accountedFileBytes, accountedRowBytes } from "../space/accounted-bytes.js";
import { reservedBytesIn } from "../space/reservation-rows.js";
import { readSpaceTotals } from "../space/space-account.js";
import type { StoreContext } from "../store-context.js";
import type { Tables } from "./check-entries.js";
import { type Finding, problem } from "./check-problem.js";
import { eachRow } from "./each-row.js";

const counted = ["entries", "inlineEntries", "rowBytes", "fileBytes", "reservedBytes"] as const;

/** Holds the account against what is there, as `recountSpace` does, without holding up the event loop. */
export async function checkVolume(context: StoreContext, tables: Tables, findings: Finding[]): Promise<void> {
  const { xxhash, space } = context;
  const account = readSpaceTotals(tables.space, xxhash);
  const actual = { entries: 0, inlineEntries: 0, rowBytes: 0, fileBytes: 0, reservedBytes: 0, nextSequence: 1 };
  actual.reservedBytes = reservedBytesIn(tables.space, xxhash);
  await eachRow(tables.entries, (place, row) => {
    actual.entries++;
    if (row[1] !== rowKinds.file) actual.inlineEntries++;
    actual.rowBytes += accountedRowBytes(place.byteLength, row.byteLength);
    actual.nextSequence = Math.max(actual.nextSequence, storedSequence(row) + 1);
  });
  await eachRow(tables.blobs, (key, row) => {
    if (addressOfKey(key) === undefined) return;
    actual.fileBytes += accountedFileBytes(parseBlobRow(row, key, xxhash)?.byteLength ?? 0);
  });
  if (account === undefined) {
    if (actual.entries === 0 && actual.fileBytes === 0) return; // none was made yet
    findings.push({
      problem: problem("wrong-volume", "of the whole", "it does not meet its checksum"),
      repair() {
        // Read within a transaction, it is counted anew.
        space.account.totals();
        return true;
      },
    });
    return;
  }
  // What others write meanwhile changes the account and what is there alike: the difference stays.
  for (const name of counted) {
    const by = actual[name] - account[name];
    if (by === 0) continue;
    findings.push({
      problem: problem("wrong-volume", name, `it says ${account[name]}, and ${actual[name]} are there`),
      repair() {
        space.account.add({ [name]: by });
        return true;
      },
    });
  }
  const behind = actual.nextSequence - account.nextSequence;
  if (behind <= 0) return;
  findings.push({
    problem: problem("wrong-volume", "nextSequence", `it says ${account.nextSequence}, which was given out already`),
    repair() {
      space.account.add({ nextSequence: behind });
      return true;
    },
  });
}
