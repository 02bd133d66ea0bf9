import type { BlobRecord, JsonObject, JsonValue } from "../blob-record.js";

/** A copy of a record that nobody can write to. */
export function frozenRecord(record: BlobRecord): BlobRecord {
  return frozenCopy(record) as unknown as BlobRecord;
}

/** A copy of a JSON object that nobody can write to, to its depth. */
export function frozenCopy(value: object): JsonObject {
  const copy: Record<string, JsonValue> = {};
  for (const [name, part] of Object.entries(value)) {
    // Not by assignment: '__proto__' is a name like any other.
    if (part !== undefined) Object.defineProperty(copy, name, { value: frozenPart(part), enumerable: true });
  }
  return Object.freeze(copy);
}

function frozenPart(part: JsonValue): JsonValue {
  if (typeof part !== "object" || part === null) return part;
  return Array.isArray(part) ? (Object.freeze(part.map(frozenPart)) as JsonValue) : frozenCopy(part);
}
