import { LarderError } from "@larder/core";
import { isObjectPath } from "../manifest/object-path.js";
import { isRelativeReference, referenceProblem } from "../manifest/reference-problem.js";
import { joinUrl, parseBundleUrl } from "../remote/remote-path.js";

/**
 * The absolute address that a reference of a bundle stands for.
 *
 * @param url - of the bundle, canonical
 * @throws LarderError `invalid-reference` for a relative one of a bundle that nothing lies beside
 */
export function absoluteReference(url: string, reference: string): string {
  if (!isRelativeReference(reference)) return reference;
  const parent = parentAddress(url);
  if (parent !== undefined) return `${parent}/${reference.slice("../".length)}`;
  throw new LarderError(
    `A reference of ${url} leads to what lies beside the bundle, and beside the root of a host or bucket lies nothing. Convert the item with an absolute address.`,
    { code: "invalid-reference", facts: { url } },
  );
}

/** The address of the folder that a bundle lies in; `undefined` for the root of a host or bucket. */
export function parentAddress(url: string): string | undefined {
  const [, parent] = /^([a-z][a-z0-9+.-]*:\/\/(?:[^/]+\/.*|\/.*|[^/]+))\/[^/]+$/i.exec(`${url}`) ?? [];
  return parent;
}

/** The path of an object of the bundle that an absolute address stands for; `undefined` when it lies elsewhere. */
export function pathWithin(url: string, address: string): string | undefined {
  if (!address.startsWith(`${url}/`)) return undefined;
  const path = address.slice(url.length + 1);
  // Keys of buckets stand in addresses as they are, but for what would end a path.
  const escapes = /^(s3|gs):/.test(url) ? /%(25|3F|23)/gi : /(?:%[0-9a-f]{2})+/gi;
  try {
    return path.replace(escapes, decodeURIComponent);
  } catch {
    return undefined;
  }
}

/**
 * The path in the bundle that a reference ends with, if Larder has made it: no two writes give the same, so an object of the bundle
 * by this path has the data, wherever the bundle was when the reference was made.
 */
export function objectPathIn(reference: string): string | undefined {
  const path = reference.split("/").slice(-2).join("/");
  return isObjectPath(path) ? path : undefined;
}

/** The path of an object of the bundle that a reference leads to; `undefined` when it leads elsewhere, or nowhere. */
export function pathOfReference(url: string, reference: string): string | undefined {
  if (isRelativeReference(reference) && parentAddress(url) === undefined) return undefined;
  return pathWithin(url, absoluteReference(url, reference));
}

/** The paths of objects of the bundle that a reference may mean: none of them may be deleted as unused. */
export function pathsOfReference(url: string, reference: string): readonly string[] {
  return [pathOfReference(url, reference), objectPathIn(reference)].filter((path) => path !== undefined);
}

/** How an item refers to an object of its own bundle: where it can, so that it stays right when the bundle is moved. */
export function referenceToOwn(url: string, path: string): string {
  const address = joinUrl(url, path);
  const parent = parentAddress(url);
  const relative = parent === undefined ? address : `..${address.slice(parent.length)}`;
  return referenceProblem(relative) === undefined ? relative : address;
}

/**
 * Checks an address that a user gives for data elsewhere.
 *
 * @throws LarderError `invalid-reference`, which never shows the address
 */
export function checkReference(item: string, address: string): void {
  let problem = typeof address === "string" ? referenceProblem(address) : "must be text";
  if (problem === undefined && /[?#]/.test(address)) problem = "must have no query and no fragment";
  if (problem === undefined) return;
  throw new LarderError(`The address that the item ${JSON.stringify(item)} is to refer to ${problem}.`, {
    code: "invalid-reference",
    facts: { item, problem },
  });
}

/** What an address says about how it is reached. `undefined` for schemes that nothing here opens. */
export function schemeOf(address: string): string | undefined {
  try {
    return parseBundleUrl(address).scheme;
  } catch {
    return /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase();
  }
}
