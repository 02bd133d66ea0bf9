import type { ColumnSchema, JsonObject, JsonValue } from "@larder/core";
import { isRemotePath } from "../remote/remote-path.js";
import { algorithmByLength, checksumAlgorithms, isChecksum, isChecksumAlgorithm } from "./checksum-format.js";
import { invalidManifest } from "./invalid-manifest.js";
import { isoTime } from "./iso-time.js";
import type { ItemKind, ManifestItem } from "./manifest.js";
import { parseChunks } from "./parse-chunks.js";
import { referenceProblem } from "./reference-problem.js";

/** All kinds of items. */
export const itemKinds: readonly ItemKind[] = [
  "table",
  "json",
  "array",
  "binary",
  "model",
  "text",
  "timestamp",
  "file",
];

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

const knownFields: ReadonlySet<string> = new Set([
  "kind",
  "file",
  "reference",
  "sizeBytes",
  "checksum",
  "checksumAlgorithm",
  "chunks",
  "createdAt",
  "updatedAt",
  "updatedBy",
  "schema",
  "rows",
  "description",
] satisfies (keyof ManifestItem)[]);

/**
 * One item of a manifest, checked. What `null` stands for is absent.
 *
 * @throws LarderError `invalid-manifest`, naming the item
 */
export function parseItem(name: string, value: JsonValue): ManifestItem {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidManifest("it must be an object", name);
  }
  // Field by field: a manifest has many items, and copies of objects cost more than all the rest.
  const fields = value as JsonObject;
  const item: Mutable<ManifestItem> = { kind: kindOf(name, fields.kind) };
  setPlace(item, name, textOf(fields.file, "file", name), textOf(fields.reference, "reference", name));
  setIfThere(item, "sizeBytes", countOf(fields.sizeBytes, "sizeBytes", name));
  setChecksum(
    item,
    name,
    textOf(fields.checksum, "checksum", name),
    textOf(fields.checksumAlgorithm, "checksumAlgorithm", name),
  );
  setIfThere(item, "chunks", parseChunks(name, fields.chunks, item));
  setIfThere(item, "createdAt", timeOf(fields.createdAt, "createdAt", name));
  setIfThere(item, "updatedAt", timeOf(fields.updatedAt, "updatedAt", name));
  setIfThere(item, "updatedBy", textOf(fields.updatedBy, "updatedBy", name));
  setIfThere(item, "schema", schemaOf(name, fields.schema));
  setIfThere(item, "rows", countOf(fields.rows, "rows", name));
  setIfThere(item, "description", textOf(fields.description, "description", name));
  setIfThere(item, "other", otherOf(fields));
  return item;
}

function setIfThere<Key extends keyof ManifestItem>(
  item: Mutable<ManifestItem>,
  key: Key,
  value: ManifestItem[Key],
): void {
  if (value !== undefined) item[key] = value;
}

function textOf(value: JsonValue | undefined, field: string, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw invalidManifest(`'${field}' must be text`, name);
}

function countOf(value: JsonValue | undefined, field: string, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalidManifest(`'${field}' must be a whole number from 0`, name);
}

function timeOf(value: JsonValue | undefined, field: string, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  const time = typeof value === "string" ? isoTime(value) : undefined;
  if (time === undefined) throw invalidManifest(`'${field}' must be a time by ISO 8601`, name);
  return time;
}

/** Fields that this version does not know. */
function otherOf(fields: JsonObject): JsonObject | undefined {
  const names = Object.keys(fields).filter((field) => !knownFields.has(field));
  // Also a field of the name `__proto__` is one of its own.
  return names.length === 0 ? undefined : Object.fromEntries(names.map((field) => [field, fields[field]!]));
}

function kindOf(name: string, kind: JsonValue | undefined): ItemKind {
  const found = itemKinds.find((known) => known === kind);
  if (found === undefined) throw invalidManifest(`'kind' must be one of ${itemKinds.join(", ")}`, name);
  return found;
}

function setPlace(
  item: Mutable<ManifestItem>,
  name: string,
  file: string | undefined,
  reference: string | undefined,
): void {
  if ((file === undefined) === (reference === undefined)) {
    throw invalidManifest("it must have either 'file' or 'reference'", name);
  }
  if (file !== undefined) {
    if (!isRemotePath(file)) {
      throw invalidManifest("'file' must be a path within the bundle, its parts joined by '/'", name);
    }
    item.file = file;
  } else {
    const problem = referenceProblem(reference!);
    if (problem !== undefined) throw invalidManifest(`'reference' ${problem}`, name);
    item.reference = reference;
  }
}

/** Both fields or none. An algorithm without a checksum says nothing. */
function setChecksum(
  item: Mutable<ManifestItem>,
  name: string,
  checksum: string | undefined,
  algorithm: string | undefined,
): void {
  if (checksum === undefined) return;
  const lower = checksum.toLowerCase();
  const checksumAlgorithm = algorithm === undefined ? algorithmByLength(lower) : algorithm.toLowerCase();
  if (checksumAlgorithm === undefined) {
    throw invalidManifest("'checksum' has no 'checksumAlgorithm', and a length that is of none", name);
  }
  if (!isChecksumAlgorithm(checksumAlgorithm)) {
    throw invalidManifest(`'checksumAlgorithm' must be one of ${checksumAlgorithms.join(", ")}`, name);
  }
  if (!isChecksum(lower, checksumAlgorithm)) {
    throw invalidManifest(`'checksum' must be a checksum by ${checksumAlgorithm} in hexadecimal digits`, name);
  }
  item.checksum = lower;
  item.checksumAlgorithm = checksumAlgorithm;
}

function schemaOf(name: string, schema: JsonValue | undefined): readonly ColumnSchema[] | undefined {
  if (schema === undefined || schema === null) return undefined;
  const isColumns = Array.isArray(schema) && schema.every(isColumn);
  if (!isColumns) throw invalidManifest("'schema' must be a list of columns with 'name', 'type' and 'nullable'", name);
  return schema as unknown as readonly ColumnSchema[];
}

function isColumn(column: JsonValue): boolean {
  if (typeof column !== "object" || column === null || Array.isArray(column)) return false;
  const { name, type, nullable, metadata } = column as JsonObject;
  const isMetadata =
    metadata === undefined || (typeof metadata === "object" && metadata !== null && !Array.isArray(metadata));
  return typeof name === "string" && typeof type === "string" && typeof nullable === "boolean" && isMetadata;
}
