import { LarderError } from "@larder/core";
import type { ItemKind } from "../manifest/manifest.js";
import { decodeNpy } from "./npy/decode-npy.js";
import { undecodableItem } from "./undecodable-item.js";

/** Only what `Date.prototype.toISOString` writes: UTC, milliseconds, years beyond 9999 with their sign. */
const timestampPattern = /^(?:\d{4}|[+-]\d{6})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/**
 * The value of an item that is no table, from its bytes: of `json` what `JSON.parse` makes of it, of `array` a typed array
 * (see {@link decodeNpy}), of `text` a string, of `timestamp` a `Date`, else the bytes themselves, not copied.
 *
 * @param name - of the item, for errors
 * @throws LarderError `undecodable-item` when the bytes are not what the kind says; tables are read by `FolioStore.openTable`
 */
export function decodeItem(kind: ItemKind, bytes: Uint8Array, name?: string): unknown {
  try {
    return decode(kind, bytes);
  } catch (error) {
    if (name === undefined || !LarderError.isInstance(error, "undecodable-item")) throw error;
    throw undecodableItem(kind, String(error.facts.reason), name);
  }
}

function decode(kind: ItemKind, bytes: Uint8Array): unknown {
  switch (kind) {
    case "json":
      return decodeJson(bytes);
    case "array":
      return decodeNpy(bytes);
    case "text":
      return decodeText("text", bytes);
    case "timestamp":
      return decodeTimestamp(bytes);
    case "table":
      throw undecodableItem("table", "tables are read column by column, not from bytes at once");
    case "binary":
    case "model":
    case "file":
      return bytes;
  }
}

function decodeJson(bytes: Uint8Array): unknown {
  const text = decodeText("json", bytes);
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says quotes the text.
    throw undecodableItem("json", "it does not follow the grammar of JSON");
  }
}

function decodeText(kind: "text" | "json" | "timestamp", bytes: Uint8Array): string {
  try {
    // A byte order mark belongs to a text as much as its other characters; JSON has none.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: kind !== "json" }).decode(bytes);
  } catch {
    throw undecodableItem(kind, "it is not UTF-8");
  }
}

function decodeTimestamp(bytes: Uint8Array): Date {
  const text = decodeText("timestamp", bytes);
  const date = new Date(text);
  // The round trip refuses days that no month has, which the parser moves on.
  if (!timestampPattern.test(text) || Number.isNaN(date.getTime()) || date.toISOString() !== text) {
    throw undecodableItem("timestamp", "expected such as 2026-01-31T12:00:00.000Z");
  }
  return date;
}
