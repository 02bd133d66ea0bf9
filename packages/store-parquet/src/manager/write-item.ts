import { type BlobRecord, LarderError, type SetOptions, type SetOutcome } from "@larder/core";
import type { Table } from "apache-arrow";
import { itemKey } from "../item-key.js";
import type { ColumnsInput } from "./columns-to-table.js";
import { type Guards, guardTable, type StreamEndOptions } from "./guard-table.js";
import { limitTable } from "./limited-table.js";
import type { ManagerParts } from "./manager-parts.js";
import { isRefusal } from "./refusals.js";
import { isRemoteReference, type RemoteReference } from "./remote-reference.js";
import type { TableStream } from "./table-stream.js";

/** What can be written under the name of an item. */
export type ItemValue = Table | ColumnsInput | TableStream | RemoteReference;

/** What to keep beside a table, and guards of its own in place of those of the manager. */
export interface WriteOptions
  extends Omit<SetOptions, "codec" | "onEncoded">,
    Guards,
    /** `rows`: how many there must be. `signal`: breaks the write off, with its reason; nothing is stored then. */
    StreamEndOptions {}

/** What became of a write. */
export type WriteOutcome =
  | { readonly stored: true; readonly record: BlobRecord }
  | {
      readonly stored: false;
      /** A whole sentence for a person. */
      readonly reason: string;
      /** Stable, in kebab-case: `schema-mismatch`, `too-many-rows`, `too-many-bytes`, … */
      readonly code: string;
    };

/** See `CacheManager.write`. */
export async function writeItem(
  parts: ManagerParts,
  item: string,
  value: ItemValue,
  options: WriteOptions = {},
): Promise<WriteOutcome> {
  const key = itemKey(item);
  const { schema, maxRows, maxBytes, rows, signal, ...setOptions } = options;
  const guards: Guards = {
    schema: schema ?? parts.guards.schema,
    maxRows: maxRows ?? parts.guards.maxRows,
    maxBytes: maxBytes ?? parts.guards.maxBytes,
  };
  signal?.throwIfAborted();
  let outcome: SetOutcome;
  try {
    outcome = await parts.cache.set(key, await toStore(value, guards, { rows, signal }), setOptions);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return refused(parts, item, error, () => parts.cache.delete(key));
  }
  if (outcome.stored) {
    parts.counts.wrote(outcome.record.byteLength, isRemoteReference(value));
    return outcome;
  }
  // The cache has done with what the key had before as it sees fit.
  const error = new LarderError(outcome.message, { code: outcome.reason, facts: { item } });
  return refused(parts, item, error, async () => undefined);
}

async function toStore(value: unknown, guards: Guards, end: StreamEndOptions): Promise<unknown> {
  // What it points at is not here: there is nothing to guard.
  if (isRemoteReference(value)) return value;
  const table = await guardTable(value, guards, end);
  return guards.maxBytes === undefined ? table : limitTable(table, guards.maxBytes);
}

/**
 * What was refused is a warning, and what was stored under its name before is forgotten, for it is the table of that name no
 * longer. In strict mode it is an error, and nothing is changed.
 */
async function refused(
  { strict, counts, tell }: ManagerParts,
  item: string,
  error: LarderError,
  forget: () => Promise<unknown>,
): Promise<WriteOutcome> {
  const { code, message } = error;
  counts.refused(code);
  if (strict) throw error;
  await forget();
  tell({ type: "warning", code, item, message: `The table '${item}' was not stored: ${message}`, cause: error });
  return { stored: false, reason: message, code };
}
