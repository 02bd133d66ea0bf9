import { keysIn } from "./key-pages.js";
import { parseItem, type QueueItem } from "./queue-item.js";
import { type QueueTables, queueTables } from "./queue-tables.js";
import { readBlob } from "./read-blob.js";
import type { StructureStore } from "./structure-store.js";

/** An item that was delivered too often. */
export interface DeadLetter<Value> {
  readonly id: string;
  /** How often it was delivered. */
  readonly attempts: number;
  /** What went wrong at the last delivery that failed. */
  readonly lastError?: string;
  /** When it was put away, in milliseconds since 1970. */
  readonly diedAt: number;
  /**
   * Its value; `undefined` when it is gone.
   *
   * @throws LarderError `unknown-codec`, and what the codec throws
   */
  value(): Promise<Value | undefined>;
  /** Makes it ready again, as if it had never been delivered, in its old place; `false` when it is dead no longer. */
  requeue(): Promise<boolean>;
  /** Forgets it; `false` when it is dead no longer. */
  remove(): Promise<boolean>;
}

/** The dead letters of a queue, in the order of putting. */
export async function* deadLetters<Value>(store: StructureStore): AsyncGenerator<DeadLetter<Value>> {
  const { prefix, backend, codecs } = store;
  for await (const key of keysIn(store, { prefix: `${prefix}dead/` })) {
    const id = key.slice(key.lastIndexOf("/") + 1);
    const itemKey = `${prefix}item/${id}`;
    const item = parseItem(await store.transact((view) => view.record(itemKey)));
    if (item?.place.kind !== "dead") continue;
    const whileDead = (change: (tables: QueueTables, item: QueueItem) => void) =>
      store.transact((view) => {
        const tables = queueTables(store, view);
        const now = tables.item(id);
        if (now?.place.kind !== "dead") return false;
        change(tables, now);
        return true;
      });
    yield {
      id,
      attempts: item.attempts,
      ...(item.lastError !== undefined && { lastError: item.lastError }),
      diedAt: item.place.diedAt,
      async value() {
        const blob = await readBlob(backend, itemKey);
        return blob === undefined ? undefined : ((await codecs.decode(blob)) as Value);
      },
      requeue: () =>
        whileDead((tables, dead) =>
          tables.change(id, dead, { priority: dead.priority, attempts: 0, place: { kind: "ready" } }),
        ),
      remove: () => whileDead((tables, dead) => void tables.remove(id, dead)),
    };
  }
}
