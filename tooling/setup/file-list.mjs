import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * Every regular file under the paths given, sorted. A path that does not exist counts as no file.
 *
 * @param {readonly string[]} paths - files or folders, absolute
 * @returns {string[]}
 */
export function listFiles(paths) {
  const files = [];
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile()) files.push(path);
    else if (stats?.isDirectory()) walk(path, files);
  }
  return files.sort();
}

function walk(folder, files) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path, files);
    else if (entry.isFile()) files.push(path);
  }
}

/** A quick digest: names, sizes and times. Equal means unchanged; different means: look at the content. */
export function statDigest(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const { size, mtimeMs, ctimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\0${ctimeMs}\n`);
  }
  return hash.digest("hex");
}

/** A sure digest: names and content. */
export function contentDigest(files) {
  const hash = createHash("sha256");
  for (const file of files) {
    const bytes = readFileSync(file);
    hash.update(`${file}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest("hex");
}
