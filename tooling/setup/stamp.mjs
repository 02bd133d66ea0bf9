import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What was done last, remembered in `node_modules/.larder/<name>.json`; lost with node_modules, as it should be. */
const stampPath = (root, name) => join(root, "node_modules", ".larder", `${name}.json`);

/** @returns {Record<string, string>} empty when there is none, or it can't be read */
export function readStamp(root, name) {
  try {
    return JSON.parse(readFileSync(stampPath(root, name), "utf8"));
  } catch {
    return {};
  }
}

export function writeStamp(root, name, stamp) {
  const path = stampPath(root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(stamp));
  renameSync(temporary, path);
}

/** Forgets what was done: called before a step begins, so that a step cut off in the middle is done again. */
export function removeStamp(root, name) {
  rmSync(stampPath(root, name), { force: true });
}
