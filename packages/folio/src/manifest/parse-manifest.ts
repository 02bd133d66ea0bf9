import { type JsonObject, type JsonValue, LarderError } from "@larder/core";
import { checkItemName } from "./check-item-name.js";
import { checkJsonStructure } from "./check-json-structure.js";
import { invalidManifest } from "./invalid-manifest.js";
import { isoTime } from "./iso-time.js";
import type { Manifest, ManifestItem } from "./manifest.js";
import { parseItem } from "./parse-item.js";

/** The largest manifest that is read, in bytes: some 200,000 items. */
export const largestManifestBytes = 64 * 1024 * 1024;

/** How deep objects and lists of a manifest may be nested. */
export const deepestManifest = 64;

/**
 * The manifest in the bytes of `items.json`. Everything is checked here, once; unknown fields are kept in `other`.
 *
 * @param bytes - UTF-8, at most 64 MiB
 * @throws LarderError `invalid-manifest`, which names the item it is about; `newer-format`
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  const root = jsonOf(bytes);
  if (!isObject(root)) throw invalidManifest("it must be a JSON object");
  const { formatVersion = 1, createdAt, updatedAt, description, items, ...other } = root;
  checkVersion(formatVersion);
  if (!isObject(items)) throw invalidManifest("'items' must be an object of items by name");
  const parsed = new Map<string, ManifestItem>();
  for (const [name, item] of Object.entries(items)) {
    const problem = checkItemName(name);
    if (problem !== undefined) throw invalidManifest(`its name ${problem}`, name);
    parsed.set(name, parseItem(name, item));
  }
  return {
    formatVersion: 1,
    createdAt: timeOf("createdAt", createdAt),
    updatedAt: timeOf("updatedAt", updatedAt),
    description: textOf("description", description),
    items: parsed,
    ...(Object.keys(other).length > 0 && { other }),
  };
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonOf(bytes: Uint8Array): JsonValue {
  if (bytes.byteLength > largestManifestBytes) throw manifestTooLarge(bytes.byteLength);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidManifest("it is not UTF-8 text");
  }
  checkJsonStructure(text, deepestManifest);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // What the parser says has a piece of the text, which may hold anything.
    throw invalidManifest("it is not JSON");
  }
}

/** What is thrown instead of reading a manifest that no bundle of sense has. */
export function manifestTooLarge(sizeBytes: number): LarderError {
  return invalidManifest(`it has ${sizeBytes} bytes, and at most ${largestManifestBytes} are read`);
}

function checkVersion(version: JsonValue): void {
  if (version === 1) return;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw invalidManifest("'formatVersion' must be a whole number from 1");
  }
  throw new LarderError(
    `The bundle has manifest format ${version}, and this version of Larder reads up to 1. Read it with a newer version of Larder.`,
    { code: "newer-format", facts: { formatVersion: version, known: 1 } },
  );
}

function timeOf(field: string, value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const time = typeof value === "string" ? isoTime(value) : undefined;
  if (time === undefined) throw invalidManifest(`'${field}' must be a time by ISO 8601`);
  return time;
}

function textOf(field: string, value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw invalidManifest(`'${field}' must be text`);
  return value;
}
