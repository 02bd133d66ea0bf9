import { extname } from "node:path";
import type { ItemKind } from "../manifest/manifest.js";

const byKind: Readonly<Record<ItemKind, string>> = {
  table: "parquet",
  json: "json",
  array: "npy",
  binary: "bin",
  model: "bin",
  text: "txt",
  timestamp: "txt",
  file: "bin",
};

const kinds: Readonly<Record<string, ItemKind>> = { parquet: "table", json: "json", npy: "array", txt: "text" };

/**
 * The extension of an item's object, without the dot: that of its kind, or for bytes as they are that of the file they came
 * from, when it is a plain one.
 */
export function itemExtension(kind: ItemKind, file?: string): string {
  if (file !== undefined && byKind[kind] === "bin") {
    const extension = /^\.([A-Za-z0-9]{1,12})$/.exec(extname(file))?.[1];
    if (extension !== undefined) return extension.toLowerCase();
  }
  return byKind[kind];
}

/** What the extension of an address says about what is there; `file` when it says nothing. */
export function kindByExtension(address: string): ItemKind {
  return kinds[/\.([a-z0-9]+)$/i.exec(address)?.[1]?.toLowerCase() ?? ""] ?? "file";
}
