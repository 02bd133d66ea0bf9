import { ownerState } from "@larder/core";
import { addressKey, addressOfKey } from "../blob-address.js";
import { indexKey, shownKey } from "../entry-key.js";
import { parseLeaseRow } from "../leases/lease-row.js";
import type { TableName } from "../lmdb-environment.js";
import { countedFor } from "../order/entry-order.js";
import { countsReads, readUsage } from "../order/order-rows.js";
import { decodeRow, type RowKind, rowKinds } from "../row-format.js";
import { expiryKey, forgetAt, readExpiryHint } from "../space/expiry-rows.js";
import { ownerOfUse } from "../space/open-files.js";
import { dropDeadReservations, reservationsIn } from "../space/reservation-rows.js";
import { readStandingPolicy } from "../space/space-policy.js";
import type { StoreContext } from "../store-context.js";
import { tagsOf } from "../tags/index-tags.js";
import { placeOfTagged, placesOfTag, tagId, tagIdBytes } from "../tags/tag-rows.js";
import { expectedOrderKey, soundEntryAt, type Tables } from "./check-entries.js";
import { type CheckProblem, type CheckProblemKind, type Finding, problem } from "./check-problem.js";
import { eachRow } from "./each-row.js";

/** Why a row should not be there; `undefined`: it may. */
type Objection = readonly [kind: CheckProblemKind, what: string, reason: string] | undefined;

type Judge = (key: Uint8Array, row: Uint8Array, tables: Tables, context: StoreContext) => Objection;

/**
 * What must hold for each row of the tables that stand beside the entries; a row for which it does not is removed. What a row
 * may be missing for is looked at with the entries and files.
 */
const judges: Partial<Record<TableName, Judge>> = {
  order(key, row, tables, context) {
    const place = new Uint8Array(row);
    const entry = place.byteLength === 0 ? undefined : soundEntryAt(tables, place, context);
    const policy = readStandingPolicy(tables.space, context.xxhash);
    const expected = entry && expectedOrderKey(entry, tables, policy, context);
    if (expected !== undefined && Buffer.compare(expected, key) === 0) return undefined;
    return ["wrong-order", shownPlace(place), "a row stands for an entry that is not there, or elsewhere"];
  },

  expiry(key, row, tables, context) {
    const hint = readExpiryHint({ key, row: new Uint8Array(row) });
    const entry = hint && soundEntryAt(tables, hint.place, context);
    const time = forgetAt(entry?.record);
    if (time !== undefined && Buffer.compare(expiryKey(time, entry!.storedSequence), key) === 0) return undefined;
    const place = hint?.place ?? key;
    return [
      "wrong-expiry",
      shownPlace(place),
      "a row stands for an entry that is not there, or expires at another time",
    ];
  },

  usage(key, _row, tables, context) {
    const counted = countedFor(readStandingPolicy(tables.space, context.xxhash));
    const isSound = readUsage(tables.usage, key, context.xxhash) !== undefined;
    if (isSound && countsReads(counted) && soundEntryAt(tables, key, context) !== undefined) return undefined;
    return ["wrong-order", shownPlace(key), "its uses are counted wrongly, or for nothing"];
  },

  tagged(key, _row, tables, context) {
    const place = placeOfTagged(key);
    const id = key.subarray(0, tagIdBytes);
    const entry = place.byteLength === 0 ? undefined : soundEntryAt(tables, place, context);
    for (const tag of tagsOf(entry?.record)) if (tagId(tag, context.xxhash).equals(id)) return undefined;
    return ["wrong-tag", shownPlace(place), "a row says that it has a tag which it has not"];
  },

  tagNames(key, bytes, tables, { xxhash }) {
    const row = decodeRow(bytes, undefined, xxhash);
    const isSound = row?.kind === rowKinds.tagName && Buffer.compare(indexKey(row.key), key) === 0;
    if (!isSound) return ["row-damaged", shownPlace(key), "it is that of a tag, and does not meet its checksum"];
    const id = new Uint8Array(row.payload);
    if (placesOfTag(tables.tagged, id, undefined, 1).length > 0) return undefined;
    return ["wrong-tag", shownPlace(key), "no entry has this tag"];
  },

  chunks(key, bytes, tables, { xxhash }) {
    const isSound = decodeRow(bytes, key, xxhash)?.kind === rowKinds.chunkDigests;
    if (!isSound) return ["wrong-chunks", shownAddress(key), "it does not meet its checksum"];
    if (tables.blobs.read(key) !== undefined) return undefined;
    return ["wrong-chunks", shownAddress(key), "the index does not know its file"];
  },

  leases(key, bytes, _tables, { xxhash }) {
    const row = parseLeaseRow(bytes, undefined, xxhash);
    if (row === undefined)
      return ["row-damaged", shownPlace(key), "it is that of a lease, and does not meet its checksum"];
    if (row.released || ownerState(row.owner) !== "dead") return undefined;
    return ["dead-lease", shownPlace(key), "whoever held it is gone"];
  },

  uses(key) {
    const state = key.byteLength > addressKeyBytes ? ownerState(ownerOfUse(key)) : undefined;
    if (state !== undefined && state !== "dead") return undefined;
    return ["dead-use", shownAddress(key.subarray(0, addressKeyBytes)), "whoever had it open is gone"];
  },

  counters: checksum("a counter", rowKinds.counter),
  signatures: checksum("a signature", rowKinds.signature),
};

function checksum(of: string, kind: RowKind): Judge {
  return (key, bytes, _tables, { xxhash }) => {
    const row = decodeRow(bytes, undefined, xxhash);
    if (row?.kind === kind && Buffer.compare(indexKey(row.key), key) === 0) return undefined;
    return ["row-damaged", shownPlace(key), `it is that of ${of}, and does not meet its checksum`];
  };
}

/** Looks at the tables beside the entries. Returns the number of sound signatures. */
export async function checkHints(context: StoreContext, tables: Tables, findings: Finding[]): Promise<number> {
  let signatures = 0;
  for (const [table, judge] of Object.entries(judges) as [TableName, Judge][]) {
    await eachRow(tables[table], (key, row) => {
      const objection = judge(key, row, tables, context);
      if (objection !== undefined) findings.push(surplus(context, table, key, problem(...objection)));
      else if (table === "signatures") signatures++;
    });
  }
  for (const { owner, bytes, key } of reservationsIn(tables.space, context.xxhash)) {
    const state = ownerState(owner);
    if (state !== undefined && state !== "dead") continue;
    findings.push({
      problem: problem("dead-reservation", `of ${bytes} bytes`, "whoever made it is gone"),
      repair() {
        dropDeadReservations(context);
        return context.environment.space.read(key) === undefined;
      },
    });
  }
  return signatures;
}

function surplus(context: StoreContext, table: TableName, key: Uint8Array, found: CheckProblem): Finding {
  return {
    problem: found,
    repair() {
      const { environment } = context;
      const row = environment[table].read(key);
      if (row !== undefined && judges[table]!(key, row, environment, context) !== undefined)
        environment[table].remove(key);
      return true;
    },
  };
}

const addressKeyBytes = addressKey({ folder: "blobs", digest: "00".repeat(32) }).byteLength;

function shownPlace(place: Uint8Array): string {
  return shownKey(place.subarray(1));
}

function shownAddress(key: Uint8Array): string {
  const address = addressOfKey(key);
  return address === undefined ? Buffer.from(key).toString("hex") : `${address.folder}/${address.digest}`;
}
