import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { LarderError } from "@larder/core";

/** Folder of a bundle on disk which storages keep for themselves: locks, and files that are being written. */
export const privateFolder = ".larder";

/** S3 and Google allow 1,024 bytes for a key, and a prefix comes before. */
const longestPathBytes = 900;
/** What file systems take. */
const longestPartBytes = 255;

const controlCharacter = /\p{Cc}/u;

/**
 * Whether a text may be the path of an object within a bundle: parts joined by `/`, none of them empty, `.` or `..`, up to
 * 255 bytes of UTF-8 each and 900 together; no backslash, no control character, no half of a surrogate pair, and not in
 * the folder `.larder`, which storages keep for themselves.
 */
export function isRemotePath(path: string): boolean {
  if (path === "" || path.includes("\\") || controlCharacter.test(path) || !path.isWellFormed()) return false;
  if (Buffer.byteLength(path) > longestPathBytes) return false;
  const parts = path.split("/");
  if (parts[0] === privateFolder) return false;
  return parts.every(
    (part) => part !== "" && part !== "." && part !== ".." && Buffer.byteLength(part) <= longestPartBytes,
  );
}

/** @throws LarderError `invalid-remote-path` */
export function checkRemotePath(path: string): void {
  if (isRemotePath(path)) return;
  throw new LarderError(
    `${JSON.stringify(path.slice(0, 200))} can't be the path of an object in a bundle. Use parts joined by '/', none of them empty, '.' or '..', without backslashes and control characters, up to ${longestPathBytes} bytes long.`,
    { code: "invalid-remote-path", facts: { path: path.slice(0, 200) } },
  );
}

/** Where a bundle is, taken apart. */
export interface BundleAddress {
  readonly scheme: "file" | "http" | "https" | "s3" | "gs";
  /** The canonical address: no user, password, query or last slash. */
  readonly url: string;
  /** For `file`: absolute path of its folder. */
  readonly folder?: string;
  /** For `s3` and `gs`. */
  readonly bucket?: string;
  /** For `s3` and `gs`: what all keys of the bundle begin with, without slashes at its ends; may be empty. */
  readonly prefix?: string;
  /** For `http` and `https`: value of the Authorization header made of the user information. A secret. */
  readonly authorization?: string;
}

/**
 * Takes the address of a bundle apart.
 *
 * @param url - a path, or a URL of the schemes `file`, `http`, `https`, `s3` or `gs`
 * @throws LarderError `invalid-bundle-url`, which shows nothing that could be a secret
 */
export function parseBundleUrl(url: string): BundleAddress {
  if (url.trim() === "" || controlCharacter.test(url)) throw invalid("an empty text or one with control characters");
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return fileAddress(resolve(url));
  if (scheme === "file") return fileAddress(filePath(url));
  if (scheme === "http" || scheme === "https") return httpAddress(scheme, url);
  if (scheme === "s3" || scheme === "gs") return bucketAddress(scheme, url);
  throw invalid(`of the scheme '${scheme}'`, { scheme });
}

/**
 * The canonical address of a bundle, under which it is known in the cache: a plain path becomes an absolute `file:` URL;
 * user, password and the last slash go.
 *
 * @throws LarderError `invalid-bundle-url`
 */
export function bundleUrl(url: string): string {
  return parseBundleUrl(url).url;
}

/** Address of an object in a bundle. @param base - a canonical address, as {@link bundleUrl} gives it */
export function joinUrl(base: string, path: string): string {
  checkRemotePath(path);
  if (/^(s3|gs):/.test(base)) return `${base}/${path.replace(/[%?#]/g, encodeURIComponent)}`;
  return `${base}/${encodedPath(path)}`;
}

/** A path as it stands in a URL: each part escaped, by the rules of RFC 3986, which signatures need. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodedPart).join("/");
}

/** What `encodeURIComponent` leaves and RFC 3986 reserves is escaped too. */
export function encodedPart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function fileAddress(folder: string): BundleAddress {
  const trimmed = folder.length > 1 ? folder.replace(/[/\\]+$/, "") : folder;
  return { scheme: "file", url: pathToFileURL(trimmed).href.replace(/\/$/, ""), folder: trimmed };
}

function filePath(url: string): string {
  if (/[?#]/.test(url)) throw invalid("a file: URL with a query or fragment");
  try {
    return fileURLToPath(url);
  } catch {
    throw invalid("a file: URL of another host or without an absolute path");
  }
}

function httpAddress(scheme: "http" | "https", url: string): BundleAddress {
  if (!URL.canParse(url)) throw invalid(`no valid ${scheme}: URL`, { scheme });
  const parsed = new URL(url);
  if (parsed.search !== "" || parsed.hash !== "" || /[?#]$/.test(url)) {
    throw invalid("a URL with a query or fragment, which can't belong to all objects of a bundle", {
      scheme,
      host: parsed.host,
    });
  }
  const address: BundleAddress = { scheme, url: `${parsed.origin}${parsed.pathname.replace(/\/+$/, "")}` };
  if (parsed.username === "" && parsed.password === "") return address;
  const user = `${decoded(parsed.username)}:${decoded(parsed.password)}`;
  return { ...address, authorization: `Basic ${Buffer.from(user).toString("base64")}` };
}

function bucketAddress(scheme: "s3" | "gs", url: string): BundleAddress {
  const [, bucket = "", rest = ""] = /^[a-z0-9]+:\/\/([^/?#]*)([^?#]*)$/i.exec(url) ?? [];
  if (bucket.includes("@")) throw invalid(`a ${scheme}: URL with a user or password`, { scheme });
  if (!/^[a-z0-9][a-z0-9._-]{1,221}$/.test(bucket)) {
    throw invalid(`no valid ${scheme}: URL: expected ${scheme}://<bucket>/<prefix> without query and fragment`, {
      scheme,
    });
  }
  // Keys are written as they are; only what would end the path of a URL is escaped.
  const prefix = rest.replace(/^\/+|\/+$/g, "").replace(/%(25|3F|23)/gi, decodeURIComponent);
  if (prefix !== "" && !isRemotePath(prefix))
    throw invalid(`a ${scheme}: URL with a prefix that is no path`, { scheme });
  const shown = prefix.replace(/[%?#]/g, encodeURIComponent);
  return { scheme, url: `${scheme}://${bucket}${shown === "" ? "" : `/${shown}`}`, bucket, prefix };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(what: string, facts: Readonly<Record<string, unknown>> = {}): LarderError {
  return new LarderError(
    `The address of a bundle is ${what}. Use a path, or a URL such as 'file:///data/lab', 'https://host/lab', 's3://bucket/lab' or 'gs://bucket/lab', without query and fragment.`,
    { code: "invalid-bundle-url", facts },
  );
}
