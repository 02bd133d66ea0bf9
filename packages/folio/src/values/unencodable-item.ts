import { LarderError } from "@larder/core";
import type { ItemKind } from "../manifest/manifest.js";

/** A value that an item of this kind would not bring back exactly. @param path - where in the value; `$` is the value itself */
export function unencodableItem(kind: ItemKind, reason: string, path = "$"): LarderError {
  const where = path === "$" ? "The value" : `The value at ${path}`;
  return new LarderError(`${where} can't be an item of kind '${kind}': ${reason}.`, {
    code: "unencodable-item",
    facts: { kind, path, reason },
  });
}
