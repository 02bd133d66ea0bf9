import { addressText, type FileReference } from "../blob-address.js";
import type { KnownEntry, SoundEntry } from "../entry-changes.js";
import { indexKey, shownKey } from "../entry-key.js";
import type { ReadableTable, TableName } from "../lmdb-environment.js";
import { orderKeyOf, readUsage, standingRank } from "../order/order-rows.js";
import { decodeRow, rowKinds } from "../row-format.js";
import { expiryKey, expiryWritten, forgetAt, readExpiryHint } from "../space/expiry-rows.js";
import { readStandingPolicy, type StandingPolicy } from "../space/space-policy.js";
import type { StoreContext } from "../store-context.js";
import { knownEntry, removeEntry } from "../store-operations.js";
import { addTags, tagsOf } from "../tags/index-tags.js";
import { taggedKey, tagId } from "../tags/tag-rows.js";
import { type Finding, problem } from "./check-problem.js";
import { eachRow } from "./each-row.js";

/** The tables of an index, open or as they were at one moment. */
export type Tables = Readonly<Record<TableName, ReadableTable>>;

/** What the entries point at, by address in text form. */
export type PointedAt = Map<string, { readonly address: FileReference; readonly places: Uint8Array[] }>;

/** The entry at a place; `undefined` when there is none, or it is damaged. */
export function soundEntryAt(tables: Tables, place: Uint8Array, context: StoreContext): SoundEntry | undefined {
  const bytes = tables.entries.read(place);
  return bytes && soundEntry(place, bytes, context);
}

function soundEntry(place: Uint8Array, bytes: Uint8Array, { xxhash }: StoreContext): SoundEntry | undefined {
  const row = decodeRow(bytes, undefined, xxhash);
  const payloadBytes = row?.payload.byteLength;
  const entry = knownEntry(place, bytes, xxhash);
  if (entry.name === undefined || entry.record === undefined) return undefined;
  if (Buffer.compare(indexKey(entry.name), place) !== 0) return undefined;
  const whole =
    row?.kind === rowKinds.inline ? entry.record.byteLength === payloadBytes : entry.reference !== undefined;
  return whole ? (entry as SoundEntry) : undefined;
}

/** Looks at every entry, and at what else the index must know of it. */
export async function checkEntries(
  context: StoreContext,
  tables: Tables,
  findings: Finding[],
): Promise<{ entries: number; pointedAt: PointedAt; damagedPlaces: Uint8Array[] }> {
  const policy = readStandingPolicy(tables.space, context.xxhash);
  const pointedAt: PointedAt = new Map();
  const damagedPlaces: Uint8Array[] = [];
  let entries = 0;
  await eachRow(tables.entries, (place, bytes) => {
    const entry = soundEntry(place, bytes, context);
    if (entry === undefined) {
      damagedPlaces.push(place);
      findings.push(damaged(context, place));
      return;
    }
    entries++;
    for (const { of, isThere } of expected(entry, tables, policy, context)) {
      if (!isThere) findings.push(missing(context, place, of));
    }
    const { reference } = entry;
    if (reference === undefined) return;
    const id = addressText(reference);
    const known = pointedAt.get(id);
    if (known === undefined) pointedAt.set(id, { address: reference, places: [place] });
    else known.places.push(place);
  });
  return { entries, pointedAt, damagedPlaces };
}

function damaged(context: StoreContext, place: Uint8Array): Finding {
  return {
    problem: problem("entry-damaged", shownKey(place.subarray(1)), "its row does not meet its checksum"),
    repair() {
      // It may be sound again: stored anew, or brought back from the journal.
      if (soundEntryAt(context.environment, place, context) === undefined) removeEntry(context, place);
      return true;
    },
  };
}

type Hint = "order" | "expiry" | "tagged";

const hintKinds = { order: "wrong-order", expiry: "wrong-expiry", tagged: "wrong-tag" } as const;

/** The rows that must be there for an entry. */
function* expected(
  entry: SoundEntry,
  tables: Tables,
  policy: StandingPolicy,
  context: StoreContext,
): Generator<{ of: Hint; isThere: boolean }> {
  const { place, record, storedSequence } = entry;
  const time = forgetAt(record);
  if (time !== undefined) {
    const key = expiryKey(time, storedSequence);
    const row = tables.expiry.read(key);
    const hint = row && readExpiryHint({ key, row });
    yield { of: "expiry", isThere: hint !== undefined && Buffer.compare(hint.place, place) === 0 };
  }
  const key = expectedOrderKey(entry, tables, policy, context);
  const notYet = policy.orderedUpTo !== undefined && Buffer.compare(place, policy.orderedUpTo) >= 0;
  if (key !== undefined && !notYet) yield { of: "order", isThere: holds(tables.order.read(key), place) };
  for (const tag of context.indexesTags === false ? [] : tagsOf(record)) {
    const id = tagId(tag, context.xxhash);
    yield { of: "tagged", isThere: tables.tagged.read(taggedKey(id, place)) !== undefined };
  }
}

/** The key of an entry in the table `order`; `undefined` when it has none. */
export function expectedOrderKey(
  entry: KnownEntry,
  tables: Tables,
  { orderedBy }: StandingPolicy,
  { xxhash }: StoreContext,
): Buffer | undefined {
  if (orderedBy === undefined || entry.record === undefined || entry.record.pinned === true) return undefined;
  const usage = readUsage(tables.usage, entry.place, xxhash);
  return orderKeyOf(entry, standingRank(orderedBy, entry, usage));
}

function holds(row: Uint8Array | undefined, place: Uint8Array): boolean {
  return row !== undefined && Buffer.compare(row, place) === 0;
}

function missing(context: StoreContext, place: Uint8Array, of: Hint): Finding {
  const { environment, space } = context;
  return {
    problem: problem(hintKinds[of], shownKey(place.subarray(1)), "it does not stand where it should"),
    repair() {
      const entry = soundEntryAt(environment, place, context);
      if (entry === undefined) return true;
      const key = expectedOrderKey(entry, environment, space.policy(), context);
      if (of === "expiry") expiryWritten(context, entry);
      else if (of === "tagged") addTags(context, entry, undefined);
      else if (key !== undefined) environment.order.write(key, place);
      return true;
    },
  };
}
