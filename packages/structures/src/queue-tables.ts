import type { BlobInView, TransactionView } from "@larder/core";
import { isOfBoot } from "./deadline.js";
import { keyAfter } from "./key-pages.js";
import { itemDetails, parseItem, type QueueItem } from "./queue-item.js";
import type { StructureStore } from "./structure-store.js";
import type { EncodedBytes } from "./value-codecs.js";

/** The largest priority, and minus the smallest. */
export const largestPriority = 2 ** 31 - 1;

/**
 * The items of a queue within one transaction. `item/<id>` holds the value and its {@link QueueItem}; ids ascend in the order of putting.
 * What is found by something else has a mark that ends in the id: `ready/<priority>/<id>`, `due/<boot>/<time>/<id>`
 * for what is delayed or leased, `held/<owner>/<id>` for what is leased, `dead/<id>`. A mark that its item
 * does not bear out is dropped when it is met.
 */
export interface QueueTables {
  /**
   * Adds an item after all others; returns its id.
   *
   * @param suffix - ends the id, so that the id of an item which is gone never comes back
   */
  add(encoded: EncodedBytes, item: QueueItem, suffix: string): string;
  item(id: string): QueueItem | undefined;
  blob(id: string): BlobInView | undefined;
  /** Gives an item another state; its marks follow. */
  change(id: string, before: QueueItem, after: QueueItem): void;
  /** Forgets an item; its marks too. */
  remove(id: string, item: QueueItem | undefined): boolean;
  /** The id of the item to deliver next. */
  firstReady(): string | undefined;
  /** Ids of items whose time is over by the steady clock of this boot, at most `limit`. */
  due(limit: number): string[];
  /** Ids of items with a deadline of another boot, at most `limit`. */
  ofOtherBoots(limit: number): string[];
  /** Those who hold items now. */
  owners(): string[];
  /** Ids of the items that an owner holds, at most `limit`. */
  heldBy(owner: string, limit: number): string[];
}

const sequenceDigits = 12;
const timeDigits = 14;

export function queueTables(store: StructureStore, view: TransactionView): QueueTables {
  const { prefix, clock } = store;
  const itemKey = (id: string) => `${prefix}item/${id}`;
  const ids = (keys: Iterable<string>) => Array.from(keys, idOf);
  /** Of the item added last, once one was. */
  let sequence: number | undefined;

  const marks = (id: string, { priority, place }: QueueItem): string[] => {
    switch (place.kind) {
      case "ready":
        // The largest first: counted down from the largest.
        return [`${prefix}ready/${hex(largestPriority - priority, 8)}/${id}`];
      case "delayed":
        return [dueKey(id, place.until)];
      case "leased":
        return [dueKey(id, place.until), `${prefix}held/${place.owner}/${id}`];
      case "dead":
        return [`${prefix}dead/${id}`];
    }
  };
  const dueKey = (id: string, { boot, steadyMs }: { boot: string; steadyMs: number }) =>
    `${prefix}due/${boot}/${hex(Math.ceil(steadyMs), timeDigits)}/${id}`;
  const item = (id: string) => parseItem(view.record(itemKey(id)));

  /** Of marks found by their keys, those that stand; the others are dropped. */
  const standing = (keys: readonly string[]): string[] =>
    keys.filter((key) => {
      const id = idOf(key);
      const found = item(id);
      if (found !== undefined && marks(id, found).includes(key)) return true;
      view.delete(key);
      if (found === undefined) view.delete(itemKey(id)); // damaged
      return false;
    });

  return {
    add(encoded, added, suffix) {
      if (sequence === undefined) {
        const [last] = view.keys({ prefix: `${prefix}item/`, reverse: true, limit: 1 });
        sequence = last === undefined ? 0 : Number.parseInt(idOf(last).slice(0, sequenceDigits), 16);
      }
      sequence++;
      const id = `${hex(sequence, sequenceDigits)}-${suffix}`;
      view.set(itemKey(id), store.blob(encoded, itemDetails(added)));
      for (const mark of marks(id, added)) view.set(mark, store.mark());
      return id;
    },
    item,
    blob: (id) => view.get(itemKey(id)),
    change(id, before, after) {
      const record = view.record(itemKey(id));
      if (record === undefined) return;
      view.setRecord(itemKey(id), { ...record, details: { ...record.details, ...itemDetails(after) } });
      const kept = marks(id, after);
      for (const mark of marks(id, before)) if (!kept.includes(mark)) view.delete(mark);
      for (const mark of kept) view.set(mark, store.mark());
    },
    remove(id, removed) {
      if (removed !== undefined) for (const mark of marks(id, removed)) view.delete(mark);
      return view.delete(itemKey(id));
    },
    firstReady() {
      for (;;) {
        const [key] = view.keys({ prefix: `${prefix}ready/`, limit: 1 });
        if (key === undefined) return undefined;
        const [id] = ids(standing([key]));
        if (id !== undefined) return id;
      }
    },
    due(limit) {
      const ofBoot = `${prefix}due/${clock.bootId}/`;
      const before = `${ofBoot}${hex(Math.floor(clock.steady()) + 1, timeDigits)}`;
      return ids(standing([...view.keys({ prefix: ofBoot, before, limit })]));
    },
    ofOtherBoots(limit) {
      const all = `${prefix}due/`;
      const ours = `${all}${clock.bootId}/`;
      const keys = [
        ...view.keys({ prefix: all, before: ours, limit }),
        ...view.keys({ prefix: all, from: `${all}${clock.bootId}0`, limit }),
      ];
      return ids(standing(keys.filter((key) => !key.startsWith(ours)))).slice(0, limit);
    },
    owners() {
      const all = `${prefix}held/`;
      const owners: string[] = [];
      for (let from = all; ; ) {
        const [key] = view.keys({ prefix: all, from, limit: 1 });
        if (key === undefined) return owners;
        const owner = key.slice(all.length, key.lastIndexOf("/"));
        owners.push(owner);
        from = keyAfter(`${all}${owner}/~`);
      }
    },
    heldBy: (owner, limit) => ids(standing([...view.keys({ prefix: `${prefix}held/${owner}/`, limit })])),
  };
}

function idOf(key: string): string {
  return key.slice(key.lastIndexOf("/") + 1);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** Whether an item's deadline is one that the steady clock can't tell. */
export function isOfOtherBoot(item: QueueItem, store: StructureStore): boolean {
  return "until" in item.place && !isOfBoot(item.place.until, store.clock);
}
