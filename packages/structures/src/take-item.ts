import { randomBytes } from "node:crypto";
import { currentOwner, LarderError } from "@larder/core";
import { deadlineAfter } from "./deadline.js";
import { spanMilliseconds } from "./invalid-option.js";
import { leaseLost } from "./lease-lost.js";
import type { QueueItem } from "./queue-item.js";
import { type QueueTables, queueTables } from "./queue-tables.js";
import { giveBack, settleQueue } from "./settle-queue.js";
import type { StructureStore } from "./structure-store.js";
import type { StoredBytes } from "./value-codecs.js";

/** An item that was taken. Acknowledge it, release it, or let its lease end. */
export interface Delivery<Value> {
  readonly id: string;
  readonly value: Value;
  /** Which delivery of the item this is, from 1. */
  readonly attempt: number;
  /**
   * Done: the item is forgotten.
   *
   * @throws LarderError `lease-lost` when the item was given to somebody else meanwhile, or is dead: it was not acknowledged
   */
  acknowledge(): Promise<void>;
  /**
   * Not done: the item is delivered again, or is dead when it was delivered too often.
   *
   * @param error - what went wrong; its message is kept with the item
   * @param options - `delaySeconds`: not earlier than so many seconds from now, 0 or more
   * @throws LarderError `lease-lost`
   */
  release(error?: unknown, options?: { readonly delaySeconds?: number }): Promise<void>;
  /**
   * Lets the lease begin anew.
   *
   * @param options - `leaseSeconds`: above 0; default: as it was taken for
   * @throws LarderError `lease-lost`
   */
  extend(options?: { readonly leaseSeconds?: number }): Promise<void>;
}

/** What taking needs to know. */
export interface TakeContext {
  readonly store: StructureStore;
  readonly maxAttempts: number;
  readonly leaseMs: number;
}

interface Taken {
  readonly id: string;
  readonly attempt: number;
  readonly blob: StoredBytes;
}

/** The next item, leased to this thread; `undefined` when there is none now. */
export async function takeItem<Value>(context: TakeContext): Promise<Delivery<Value> | undefined> {
  for (;;) {
    const token = randomBytes(12).toString("hex");
    const taken = await leaseNext(context, token);
    if (taken === undefined) return undefined;
    const lease = leaseOf(context, taken.id, token);
    let value: Value;
    try {
      value = (await context.store.codecs.decode(taken.blob)) as Value;
    } catch (error) {
      // Nobody can work on it, and others must not wait for it: after some tries it is a dead letter.
      await lease.release(error).catch(ignoreLoss);
      continue;
    }
    return { id: taken.id, value, attempt: taken.attempt, ...lease };
  }
}

async function leaseNext({ store, maxAttempts, leaseMs }: TakeContext, token: string): Promise<Taken | undefined> {
  const owner = currentOwner();
  for (;;) {
    const found = await store.transact((view): Taken | "look again" | undefined => {
      const tables = queueTables(store, view);
      const settled = settleQueue({ store, tables, maxAttempts });
      for (let id = tables.firstReady(); id !== undefined; id = tables.firstReady()) {
        const item = tables.item(id);
        const blob = tables.blob(id);
        if (item === undefined || blob === undefined) {
          tables.remove(id, item); // damaged
          continue;
        }
        // Refused here, so that a process that can't read it takes nothing away from one that can.
        store.codecs.requireCodec(blob.record.codec);
        const until = deadlineAfter(leaseMs, store.clock);
        const attempt = item.attempts + 1;
        tables.change(id, item, { ...item, attempts: attempt, place: { kind: "leased", until, owner, token } });
        return { id, attempt, blob };
      }
      return settled ? undefined : "look again";
    });
    if (found !== "look again") return found;
  }
}

/** What the taker of an item can do, as long as the item still has this token. */
function leaseOf({ store, maxAttempts, leaseMs: firstLeaseMs }: TakeContext, id: string, token: string) {
  let leaseMs = firstLeaseMs;

  /** Nobody else has had the item while it has the token, be its time over or not. */
  async function whileHeld(change: (tables: QueueTables, item: QueueItem) => void): Promise<void> {
    const held = await store.transact((view) => {
      const tables = queueTables(store, view);
      const item = tables.item(id);
      if (item?.place.kind !== "leased" || item.place.token !== token) return false;
      change(tables, item);
      return true;
    });
    if (!held) {
      const why = "its lease was over, or it was acknowledged or released before";
      throw leaseLost(`The item ${id} of the queue '${store.name}'`, store.name, why);
    }
  }

  return {
    acknowledge: () => whileHeld((tables, item) => void tables.remove(id, item)),
    async release(error?: unknown, { delaySeconds = 0 }: { readonly delaySeconds?: number } = {}) {
      const delayMs = spanMilliseconds("delaySeconds", delaySeconds, "0 or more");
      const message = error === undefined ? undefined : messageOf(error);
      await whileHeld((tables, item) => giveBack({ store, tables, maxAttempts }, id, item, message, delayMs));
    },
    async extend({ leaseSeconds }: { readonly leaseSeconds?: number } = {}) {
      if (leaseSeconds !== undefined) leaseMs = spanMilliseconds("leaseSeconds", leaseSeconds);
      await whileHeld((tables, item) => {
        if (item.place.kind !== "leased") return;
        tables.change(id, item, { ...item, place: { ...item.place, until: deadlineAfter(leaseMs, store.clock) } });
      });
    },
  };
}

const longestMessage = 2000;

function messageOf(error: unknown): string {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return message.slice(0, longestMessage);
}

function ignoreLoss(error: unknown): void {
  if (!LarderError.isInstance(error, "lease-lost")) throw error;
}
