import { LarderError } from "@larder/core";

/** A manifest that can't be read; `facts`: `item` (where it is about one) and `reason`. The address is added by who reads it. */
export function invalidManifest(reason: string, item?: string): LarderError {
  const what = item === undefined ? "" : `, item ${JSON.stringify(item)}`;
  return new LarderError(
    `The manifest of the bundle can't be read${what}: ${reason}. Mend items.json, or write the item again; docs/folio-format.md tells what it must be.`,
    { code: "invalid-manifest", facts: { ...(item !== undefined && { item }), reason } },
  );
}
