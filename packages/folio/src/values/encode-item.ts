import { types } from "node:util";
import { bytesSource, type ColumnSchema } from "@larder/core";
import type { FolioStore } from "../cached/folio-store.js";
import type { ItemKind } from "../manifest/manifest.js";
import { exactJsonText } from "./exact-json-text.js";
import { isFileValue, kindOfValue } from "./kind-of-value.js";
import { encodeNpy } from "./npy/encode-npy.js";
import { unencodableItem } from "./unencodable-item.js";

/** The bytes of an item to be: in memory, or in a file that is read piece by piece. */
export type EncodedItem = {
  readonly kind: ItemKind;
  /** Of a table. */
  readonly rows?: number;
  /** Of a table; left out above 256 columns, to keep manifests small. */
  readonly schema?: readonly ColumnSchema[];
} & ({ readonly bytes: Uint8Array } | { readonly file: string });

const mostColumnsListed = 256;

/**
 * The bytes of a value as an item. `decodeItem` and `FolioStore.openTable` bring back the same value exactly; what would come
 * back otherwise is refused.
 *
 * @param kind - default {@link kindOfValue}. With `{ file: path }` as the value, of any kind but `json`, the file has the bytes.
 * @throws LarderError `unencodable-item`, which tells where in the value and why; what `FolioStore.encodeTable` throws
 */
export async function encodeItem(
  store: Pick<FolioStore, "encodeTable" | "openTable">,
  value: unknown,
  kind: ItemKind = kindOfValue(value),
): Promise<EncodedItem> {
  if (kind !== "json" && isFileValue(value)) return { kind, file: value.file };
  switch (kind) {
    case "table":
      return encodeTable(store, value);
    case "json":
      return { kind, bytes: utf8(exactJsonText(value)) };
    case "array":
      return { kind, bytes: encodeNpy(value) };
    case "text":
      return { kind, bytes: encodeText(value) };
    case "timestamp":
      return { kind, bytes: encodeTimestamp(value) };
    case "binary":
    case "model":
    case "file":
      return { kind, bytes: bytesOf(kind, value) };
  }
}

async function encodeTable(store: Pick<FolioStore, "encodeTable" | "openTable">, value: unknown): Promise<EncodedItem> {
  const { bytes, rows } = await store.encodeTable(value);
  // Read back from the footer: so the manifest says what readers will find.
  const table = store.openTable(bytesSource(bytes));
  try {
    const schema = await table.scan().schema();
    return { kind: "table", bytes, rows, ...(schema.length <= mostColumnsListed && { schema }) };
  } finally {
    await table.close();
  }
}

function encodeText(value: unknown): Uint8Array {
  if (typeof value !== "string") throw unencodableItem("text", "it must be a string");
  if (!value.isWellFormed()) throw unencodableItem("text", "it has half a surrogate pair, which UTF-8 can't carry");
  return utf8(value);
}

function encodeTimestamp(value: unknown): Uint8Array {
  if (!types.isDate(value)) throw unencodableItem("timestamp", "it must be a Date");
  if (Number.isNaN(Date.prototype.getTime.call(value))) throw unencodableItem("timestamp", "it is an invalid Date");
  return utf8(Date.prototype.toISOString.call(value));
}

/** A copy, so that what the caller does with the value later changes nothing. */
function bytesOf(kind: ItemKind, value: unknown): Uint8Array {
  if (types.isUint8Array(value)) return new Uint8Array(value);
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value).slice();
  const more = kind === "file" ? ", or { file: path }" : "";
  throw unencodableItem(kind, `it must be a Uint8Array or ArrayBuffer${more}`);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
