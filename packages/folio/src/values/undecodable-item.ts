import { LarderError } from "@larder/core";
import type { ItemKind } from "../manifest/manifest.js";

/** Bytes of an item that are not what its kind says. */
export function undecodableItem(kind: ItemKind, reason: string, item?: string): LarderError {
  const which = item === undefined ? "an item" : `the item ${JSON.stringify(item)}`;
  return new LarderError(
    `The bytes of ${which} are no ${words[kind]}: ${reason}. Write the item again, or add it with the kind it has.`,
    { code: "undecodable-item", facts: { kind, reason, ...(item !== undefined && { item }) } },
  );
}

const words: Readonly<Record<ItemKind, string>> = {
  table: "Parquet file",
  json: "JSON text",
  array: "array in NumPy's format",
  binary: "binary data",
  model: "model",
  text: "text",
  timestamp: "timestamp",
  file: "file",
};
