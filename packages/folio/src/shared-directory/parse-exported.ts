import { redactedText } from "@larder/core";
import { isItemKind } from "../cached/store-rows.js";
import {
  type ExportedBundle,
  type ExportedCache,
  type ExportedContent,
  type ExportedItem,
  manifestDigest,
  mostManifestBytes,
  parsedContentId,
} from "./exported-layout.js";
import { exportedFormat } from "./serialize-exported.js";

/** A list that can't be used: the reason as a sentence without its end. */
export class InvalidExportError extends Error {}

/**
 * The list of an exported layout, checked field by field: it may come from anybody.
 *
 * @throws InvalidExportError
 */
export function parseExported(bytes: Uint8Array): ExportedCache {
  const root = object(parsedJson(bytes), "it");
  if (root.format !== exportedFormat) throw invalid(`its 'format' is not '${exportedFormat}'`);
  if (root.version !== 1) throw invalid("its version is not 1, the only one that is known");
  refuseUnknown(root, "it", ["format", "version", "contents", "bundles"]);
  const contents = array(root.contents, "'contents'").map(contentOf);
  refuseDisorder(
    contents.map(({ content }) => content),
    "'contents'",
  );
  const sizes = new Map(contents.map(({ content, sizeBytes }) => [content, sizeBytes]));
  const bundles = array(root.bundles, "'bundles'").map((bundle) => bundleOf(bundle, sizes));
  refuseDisorder(
    bundles.map(({ url }) => url),
    "'bundles'",
  );
  const used = new Set(bundles.flatMap(({ items }) => items.map(({ content }) => content)));
  const unused = contents.find(({ content }) => !used.has(content));
  if (unused !== undefined) throw invalid(`no item has its content ${unused.content}`);
  return { bundles, contents };
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid("it is not JSON in UTF-8");
  }
}

function contentOf(value: unknown): ExportedContent {
  const { content, kind, sizeBytes, ...rest } = object(value, "an entry of 'contents'");
  if (typeof content !== "string" || parsedContentId(content) === undefined)
    throw invalid("a content has no proper id");
  if (!isItemKind(kind)) throw invalid(`its content ${content} has no known kind`);
  if (!isSize(sizeBytes)) throw invalid(`its content ${content} has no proper size`);
  refuseUnknown(rest, `its content ${content}`, []);
  return { content, kind, sizeBytes };
}

function bundleOf(value: unknown, sizes: ReadonlyMap<string, number>): ExportedBundle {
  const bundle = object(value, "an entry of 'bundles'");
  const url = text(bundle.url, "the url of a bundle");
  if (redactedText(url) !== url) throw invalid("the url of a bundle holds credentials");
  const where = `the bundle ${JSON.stringify(url.slice(0, 100))}`;
  refuseUnknown(bundle, where, [
    "url",
    "manifestText",
    "manifestVersion",
    "manifestChecksum",
    "lastManifestCheck",
    "items",
  ]);
  const manifestText = optional(bundle.manifestText, (given) =>
    text(given, `the manifest of ${where}`, mostManifestBytes),
  );
  const manifestChecksum = optional(bundle.manifestChecksum, (given) => text(given, `the checksum of ${where}`, 64));
  if (manifestText !== undefined && manifestDigest(manifestText) !== manifestChecksum) {
    throw invalid(`the manifest of ${where} does not meet its checksum`);
  }
  const items = array(bundle.items, `'items' of ${where}`).map((item) => itemOf(item, sizes, where));
  refuseDisorder(
    items.map(({ name }) => name),
    `'items' of ${where}`,
  );
  return {
    url,
    manifestText,
    manifestChecksum: manifestText === undefined ? undefined : manifestChecksum,
    manifestVersion: optional(bundle.manifestVersion, (given) => text(given, `the version of ${where}`)),
    lastManifestCheck: optional(bundle.lastManifestCheck, (given) => time(given, `lastManifestCheck of ${where}`)),
    items,
  };
}

/** Longer is no name, address or version. */
const longestText = 65_536;

const itemFields = [
  "name",
  "kind",
  "file",
  "sizeBytes",
  "content",
  "remoteChecksum",
  "remoteVersion",
  "updatedAt",
  "updatedBy",
  "cachedAt",
  "lastVerified",
  "pinned",
  "priority",
];

function itemOf(value: unknown, sizes: ReadonlyMap<string, number>, bundle: string): ExportedItem {
  const item = object(value, `an item of ${bundle}`);
  const name = text(item.name, `the name of an item of ${bundle}`);
  const where = `the item ${JSON.stringify(name.slice(0, 100))} of ${bundle}`;
  refuseUnknown(item, where, itemFields);
  const { kind, content, sizeBytes, remoteChecksum, pinned, priority } = item;
  if (!isItemKind(kind)) throw invalid(`${where} has no known kind`);
  if (typeof content !== "string" || !sizes.has(content)) throw invalid(`the content of ${where} is not in 'contents'`);
  if (sizeBytes !== sizes.get(content)) throw invalid(`${where} has not the size of its content`);
  // Otherwise bytes would be believed by a checksum that is not theirs.
  if (remoteChecksum !== undefined && remoteChecksum !== content) {
    throw invalid(`the checksum of ${where} is not that of its content`);
  }
  if (typeof pinned !== "boolean") throw invalid(`'pinned' of ${where} must be true or false`);
  if (!Number.isInteger(priority) || (priority as number) < 0 || (priority as number) > 100) {
    throw invalid(`'priority' of ${where} must be a whole number from 0 to 100`);
  }
  const short = (field: string) => optional(item[field], (given) => text(given, `'${field}' of ${where}`));
  return {
    name,
    kind,
    content,
    sizeBytes: sizeBytes as number,
    remoteChecksum: remoteChecksum as string | undefined,
    file: short("file"),
    remoteVersion: short("remoteVersion"),
    updatedAt: short("updatedAt"),
    updatedBy: short("updatedBy"),
    cachedAt: time(item.cachedAt, `'cachedAt' of ${where}`),
    lastVerified: time(item.lastVerified, `'lastVerified' of ${where}`),
    pinned,
    priority: priority as number,
  };
}

function refuseUnknown(value: Record<string, unknown>, where: string, known: readonly string[]): void {
  const unknown = Object.keys(value).find((field) => !known.includes(field));
  if (unknown !== undefined) throw invalid(`${where} has an unknown field ${JSON.stringify(unknown.slice(0, 100))}`);
}

/** Ascending, and so without doubles. */
function refuseDisorder(names: readonly string[], where: string): void {
  for (let i = 1; i < names.length; i++) {
    if (names[i - 1]! === names[i]!) throw invalid(`${where} names ${JSON.stringify(names[i]!.slice(0, 100))} twice`);
    if (names[i - 1]! > names[i]!) throw invalid(`${where} are not in order`);
  }
}

function object(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw invalid(`${where} must be an object`);
}

function array(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw invalid(`${where} must be a list`);
}

function text(value: unknown, where: string, most = longestText): string {
  if (typeof value === "string" && value.length <= most) return value;
  throw invalid(`${where} must be a text of at most ${most} characters`);
}

function optional<T>(value: unknown, read: (given: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

/** Milliseconds since 1970. */
function time(value: unknown, where: string): number {
  if (typeof value === "number" && value >= 0 && value <= 8.64e15) return value;
  throw invalid(`${where} must be a time in milliseconds`);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function invalid(reason: string): InvalidExportError {
  return new InvalidExportError(reason);
}
