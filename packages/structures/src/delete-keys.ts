import type { StructureStore } from "./structure-store.js";

const deletedAtOnce = 1000;

/** Deletes the keys that begin with `prefix`, many in one step; returns how many there were. */
export async function deleteKeys(store: StructureStore, prefix: string): Promise<number> {
  for (let total = 0; ; ) {
    const deleted = await store.transact((view) => {
      const keys = [...view.keys({ prefix, limit: deletedAtOnce })];
      for (const key of keys) view.delete(key);
      return keys.length;
    });
    total += deleted;
    if (deleted < deletedAtOnce) return total;
  }
}
