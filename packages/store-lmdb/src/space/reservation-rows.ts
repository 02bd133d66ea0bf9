import { currentOwner, ownerState, type Xxhash } from "@larder/core";
import type { ReadableTable } from "../lmdb-environment.js";
import { rowKinds } from "../row-format.js";
import type { StoreContext } from "../store-context.js";
import { decodeNumbers, encodeNumbers } from "./number-row.js";

/** First byte of the keys of reservations in the table `space`; behind it, their number. */
const tag = 3;

/** Room that a write under way has taken before it needs it. */
export interface Reservation {
  readonly key: Uint8Array;
}

/** A reservation as it stands in the index. */
export interface StandingReservation extends Reservation {
  readonly bytes: number;
  /** See `currentOwner`; empty: the row is damaged. */
  readonly owner: string;
}

const range = { from: Buffer.of(tag), before: Buffer.of(tag + 1) };

/** All reservations. Writes under way are few. */
export function reservationsIn(space: ReadableTable, xxhash: Xxhash): StandingReservation[] {
  return space.rowsIn({ ...range, limit: Number.MAX_SAFE_INTEGER }).map(({ key, row }) => {
    const found = decodeNumbers(row, { kind: rowKinds.reservation, key, count: 1 }, xxhash);
    if (found === undefined) return { key, bytes: 0, owner: "" };
    return { key, bytes: found.numbers[0]!, owner: Buffer.from(found.rest).toString("latin1") };
  });
}

/** What all reservations come to. */
export function reservedBytesIn(space: ReadableTable, xxhash: Xxhash): number {
  return reservationsIn(space, xxhash).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Bytes of a reservation; 0 when it is gone or damaged. Within a transaction. */
export function bytesOf({ environment, xxhash }: StoreContext, { key }: Reservation): number {
  const row = environment.space.read(key);
  return (row && decodeNumbers(row, { kind: rowKinds.reservation, key, count: 1 }, xxhash)?.numbers[0]) ?? 0;
}

/** Makes a reservation of this thread, or changes one. Whether there is room is not looked at. Within a transaction. */
export function writeReservation(context: StoreContext, bytes: number, reservation?: Reservation): Reservation {
  const { environment, xxhash, space } = context;
  const key = reservation?.key ?? newKey(space.account.takeSequence());
  const before = reservation === undefined ? 0 : bytesOf(context, reservation);
  const rest = Buffer.from(currentOwner(), "latin1");
  environment.space.write(key, encodeNumbers({ kind: rowKinds.reservation, key, numbers: [bytes], rest }, xxhash));
  space.account.add({ reservedBytes: bytes - before });
  return { key };
}

/** Gives a reservation back. Within a transaction. @returns its bytes */
export function dropReservation(context: StoreContext, reservation: Reservation): number {
  const bytes = bytesOf(context, reservation);
  context.environment.space.remove(reservation.key);
  context.space.account.add({ reservedBytes: -bytes });
  return bytes;
}

/** Drops the reservations of owners that are dead. Within a transaction. */
export function dropDeadReservations(context: StoreContext): void {
  for (const reservation of reservationsIn(context.environment.space, context.xxhash)) {
    const state = ownerState(reservation.owner);
    if (state === "dead") dropReservation(context, reservation);
    if (state !== undefined) continue;
    // Nobody knows any more what it was for. The bytes it stood for are in no row now: counted anew.
    context.environment.space.remove(reservation.key);
    context.space.account.distrust();
  }
}

function newKey(sequence: number): Buffer {
  const key = Buffer.alloc(9, tag);
  key.writeDoubleBE(sequence, 1);
  return key;
}
