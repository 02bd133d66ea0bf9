import type { DatasetIds } from "@larder/core";
import type { Table } from "apache-arrow";
import { DataNotFoundError } from "../errors/data-not-found-error.js";
import { chosenIds } from "../ids/chosen-ids.js";
import { type Id, idsForPeople } from "../ids/ids-for-people.js";
import type { DataCall } from "./data-call.js";
import { readingRecovery } from "./recover-reading.js";
import { settleCall } from "./settle-call.js";

/** Rows in the order of the request. */
export interface ReadAnswer {
  readonly table: Table;
  /** Ids of the request without a row: ascending. */
  readonly absent: DatasetIds;
}

/**
 * Reads what a call asked for, from memory and from the store; what can't be read is fetched again.
 *
 * @throws DataNotFoundError for ids without a row, with `onMissing: "throw"`; as `makeKnown`; in strict mode CacheCorruptionError
 */
export async function readAnswer(call: DataCall, onMissing: "throw" | "omit"): Promise<ReadAnswer> {
  const recovery = readingRecovery(call);
  for (;;) {
    call.signal?.throwIfAborted();
    const { snapshot, absent } = await settleCall(call);
    try {
      checkFound(call, absent, onMissing);
      const table = await snapshot.read(
        withoutIds(call.ids, new Set<bigint | string>(absent)),
        call.columns,
        readOptions(call),
      );
      call.memory.look();
      return { table, absent };
    } catch (error) {
      await recovery.recover(error);
    } finally {
      await snapshot.close();
    }
  }
}

/** What a store is told besides ids and columns. */
export function readOptions(call: DataCall) {
  return { unstored: call.kept.map(({ rows }) => rows), types: call.types };
}

/** @throws DataNotFoundError */
export function checkFound(call: DataCall, absent: DatasetIds, onMissing: "throw" | "omit"): void {
  if (absent.length === 0 || onMissing === "omit") return;
  throw new DataNotFoundError(call.table, idsForPeople(absent) as readonly Id[]);
}

/** Ids in their order, without those of a set. */
export function withoutIds(ids: DatasetIds, others: ReadonlySet<bigint | string>): DatasetIds {
  if (others.size === 0) return ids;
  return chosenIds(ids, (place) => !others.has(ids[place]!));
}
