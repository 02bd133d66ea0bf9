import { contentDigest, LarderError } from "@larder/core";
import type { ContentId } from "./folio-store.js";

/**
 * Under which keys a store keeps things. `<id>` has 32 digits and a content no slash, so that a name may hold anything:
 *
 * | key | value |
 * |---|---|
 * | `format` | version of this layout |
 * | `bundle/<id>` | what is known of a bundle |
 * | `count/<id>` | its counts |
 * | `item/<id>/<name>` | the row of an item |
 * | `link/<content>/<id>/<name>` | nothing: says that the item has this content |
 * | `content/<content>` | the bytes |
 * | `part/<key>` | a part of something remote |
 */
export const formatKey = "format";
export const bundlePrefix = "bundle/";
export const contentPrefix = "content/";
export const partPrefix = "part/";
export const linkPrefix = "link/";
export const allItemsPrefix = "item/";

/** Names a bundle in keys: 32 hexadecimal digits. */
export function bundleId(url: string): string {
  const known = ids.get(url);
  if (known !== undefined) return known;
  const id = contentDigest(Buffer.from(url)).slice(0, idDigits);
  if (ids.size >= mostIds) {
    ids.clear();
    urls.clear();
  }
  ids.set(url, id);
  urls.set(id, url);
  return id;
}

/** The address of a bundle that this process has named by {@link bundleId}; `undefined`: look into its row. */
export function knownUrl(id: string): string | undefined {
  return urls.get(id);
}

const idDigits = 32;

/** Digests of addresses never change, and one is asked for with every look-up. */
const ids = new Map<string, string>();
const urls = new Map<string, string>();
const mostIds = 1000;

export function bundleKey(id: string): string {
  return bundlePrefix + id;
}

export function countKey(id: string): string {
  return `count/${id}`;
}

/** What the keys of all items of a bundle begin with. */
export function itemPrefix(id: string): string {
  return `${allItemsPrefix}${id}/`;
}

export function itemKey(id: string, name: string): string {
  return itemPrefix(id) + escapedName(name);
}

/** Bundle and name of the item with a key. */
export function itemOfKey(key: string): { readonly id: string; readonly name: string } {
  const start = allItemsPrefix.length;
  return { id: key.slice(start, start + idDigits), name: unescapedName(key.slice(start + idDigits + 1)) };
}

/** What the links to a content begin with. */
export function linksOf(content: ContentId): string {
  return `${linkPrefix}${content}/`;
}

export function linkKey(content: ContentId, itsItemKey: string): string {
  return linksOf(content) + itsItemKey.slice(allItemsPrefix.length);
}

/** The content of a link, and the key of its item. */
export function partsOfLink(key: string): { readonly content: ContentId; readonly itemKey: string } {
  const end = key.indexOf("/", linkPrefix.length);
  return { content: key.slice(linkPrefix.length, end), itemKey: allItemsPrefix + key.slice(end + 1) };
}

/** @throws LarderError `invalid-content` when it is no content id */
export function contentKey(content: ContentId): string {
  if (!contentPattern.test(content)) {
    throw new LarderError(
      `${JSON.stringify(content)} names no content. Give '<algorithm>:<lower-case hexadecimal>', such as 'sha256:9f86…'.`,
      { code: "invalid-content", facts: { content } },
    );
  }
  return contentPrefix + content;
}

const contentPattern = /^[a-z0-9]{1,16}:[0-9a-f]{8,128}$/;

export function contentOfKey(key: string): ContentId {
  return key.slice(contentPrefix.length);
}

export function partKey(key: string): string {
  return partPrefix + escapedName(key);
}

/** Tag of the parts of a content, or of a version of a remote object. */
export function tagOfParts(content: string): string {
  return `part of ${escapedName(content)}`;
}

/** Tag of the parts of a bundle. */
export function tagOfBundle(id: string): string {
  return `part for ${id}`;
}

/** A key is Unicode text: what is none in a name is written as digits. Injective. */
function escapedName(name: string): string {
  return /[%\p{Cs}]/u.test(name)
    ? name.replace(/[%\p{Cs}]/gu, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : name;
}

function unescapedName(name: string): string {
  return name.replace(/%([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}
