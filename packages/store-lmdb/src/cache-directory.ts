import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { LarderError } from "@larder/core";
import { ownedFileName } from "./owned-file-name.js";
import { quarantineFile } from "./quarantine.js";
import { storeError, systemCode } from "./store-error.js";
import type { WarningListener } from "./warning.js";

/** The layout this code reads and writes; recorded in `larder.json`. */
export const directoryFormat = 2;

const subdirectories = ["blobs", "tables", "journal", "quarantine", "tmp"] as const;

/** Everything that may stand at the top of a cache directory; `datasets` belongs to later layouts. */
export const directoryNames: ReadonlySet<string> = new Set([
  ...subdirectories,
  "CACHEDIR.TAG",
  ".gitignore",
  "larder.json",
  "settings.json",
  "index.lmdb",
  "index.lmdb-lock",
  "index.closed",
  "hot-tables.json",
  "datasets",
]);

/** Source of the first line: https://bford.info/cachedir/ */
const cacheDirectoryTag = `Signature: 8a477f597d28d172789f06886806bc55
# This directory was made by Larder, a cache for data pipelines. What is in it can be made again.
`;

/**
 * Makes a cache directory, or checks the one that is there.
 *
 * @returns its real path
 * @throws LarderError `not-a-directory`, `not-a-cache-directory`, `unsafe-directory`, `newer-format`, `permission-denied`, …
 */
export function prepareDirectory(directory: string, onWarning: WarningListener): string {
  try {
    mkdirSync(dirname(directory), { recursive: true });
    mkdirOnce(directory);
    const root = realpathSync(directory);
    checkRoot(root, statSync(root));
    checkFormat(root, onWarning);
    for (const name of subdirectories) mkdirOnce(join(root, name));
    writeOnce(join(root, "CACHEDIR.TAG"), cacheDirectoryTag);
    writeOnce(join(root, ".gitignore"), "*\n");
    return root;
  } catch (error) {
    throw systemCode(error) === "ENOTDIR" || systemCode(error) === "EEXIST"
      ? notADirectory(directory, error)
      : storeError("prepare the cache", directory, error);
  }
}

function checkRoot(root: string, stats: Stats): void {
  if (!stats.isDirectory()) throw notADirectory(root);
  const user = process.getuid?.();
  if (user !== undefined && stats.uid !== user) {
    throw unsafe(root, `it belongs to user ${stats.uid}, and this process runs as user ${user}`);
  }
  if (process.platform !== "win32" && (stats.mode & 0o002) !== 0) {
    throw unsafe(root, "anyone may write to it (chmod o-w it, if that was not intended)");
  }
}

function unsafe(root: string, reason: string): LarderError {
  return new LarderError(`The cache directory ${root} is not safe to use: ${reason}. Choose a directory of your own.`, {
    code: "unsafe-directory",
    facts: { directory: root, reason },
  });
}

function notADirectory(directory: string, cause?: unknown): LarderError {
  return new LarderError(
    `The cache directory ${directory} can't be made: it, or something above it, is a file. Choose another path.`,
    {
      code: "not-a-directory",
      facts: { directory },
      cause,
    },
  );
}

function checkFormat(root: string, onWarning: WarningListener): void {
  const path = join(root, "larder.json");
  if (!existsSync(path)) {
    const strangers = readdirSync(root).filter((name) => !directoryNames.has(name));
    if (strangers.length > 0) throw notOurs(root, strangers);
    writeOnce(path, newDescription());
    return;
  }
  const format = formatIn(readFileSync(path, "utf8"));
  if (format === undefined) {
    quarantineFile(root, path, "larder.json");
    onWarning({
      code: "damaged-directory",
      message: `${path} could not be read; it was moved to quarantine/ and made again.`,
    });
    writeOnce(path, newDescription());
  } else if (format > directoryFormat) {
    throw new LarderError(
      `The cache directory ${root} has format ${format}, and this version of Larder knows formats up to ${directoryFormat}. Update Larder, or choose another directory; nothing was changed.`,
      { code: "newer-format", facts: { directory: root, format, known: directoryFormat } },
    );
  }
}

function newDescription(): string {
  return `${JSON.stringify({ format: directoryFormat, created: new Date().toISOString() })}\n`;
}

/**
 * Begins a directory of an older format anew: its index goes to `quarantine/`, its files stay for `check` and `clear`. To be
 * called under the opening lock.
 *
 * @param inUse - whether others have the directory open
 * @throws LarderError `older-format` when they have: they would go on with the old index
 */
export function beginOlderAnew(root: string, inUse: boolean, onWarning: WarningListener): void {
  const path = join(root, "larder.json");
  const text = readFileSync(path, "utf8");
  const format = formatIn(text);
  if (format === undefined || format >= directoryFormat) return;
  if (inUse) {
    throw new LarderError(
      `The cache directory ${root} has format ${format}, an older version of Larder has it open, and this one needs format ${directoryFormat}. End the processes that use it; the next to open it begins it anew.`,
      { code: "older-format", facts: { directory: root, format, needed: directoryFormat } },
    );
  }
  for (const name of ["index.lmdb", "index.lmdb-lock"]) {
    if (existsSync(join(root, name))) quarantineFile(root, join(root, name), name);
  }
  rmSync(join(root, "index.closed"), { force: true });
  // Last: when this is cut off before, it is done again.
  replaceFile(path, `${JSON.stringify({ ...(JSON.parse(text) as object), format: directoryFormat })}\n`);
  onWarning({
    code: "older-format",
    message: `The cache directory ${root} had format ${format}. Its index was moved to quarantine/ and a new one begun in format ${directoryFormat}: what the cache held is stored again as it is needed, and clear() frees what is left of it.`,
  });
}

function notOurs(root: string, strangers: readonly string[]): LarderError {
  const shown = strangers.slice(0, 3).join(", ");
  return new LarderError(
    `The directory ${root} holds files that are not Larder's (${shown}${strangers.length > 3 ? ", …" : ""}). A cache needs a directory of its own: choose a new or an empty one.`,
    { code: "not-a-cache-directory", facts: { directory: root, found: strangers } },
  );
}

function formatIn(text: string): number | undefined {
  try {
    const { format } = JSON.parse(text) as { format?: unknown };
    return typeof format === "number" && Number.isInteger(format) && format > 0 ? format : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a directory for this user alone, unless it is there. */
export function mkdirOnce(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== "EEXIST" || !statSync(path).isDirectory()) throw error;
  }
}

/** Writes a small file whole or not at all, unless it is there. */
function writeOnce(path: string, text: string): void {
  if (!existsSync(path)) replaceFile(path, text);
}

/** Writes a small file whole or not at all. */
function replaceFile(path: string, text: string): void {
  const temporary = join(dirname(path), "tmp", ownedFileName(".tmp"));
  mkdirOnce(dirname(temporary));
  writeFileSync(temporary, text, { mode: 0o600, flag: "wx" });
  renameSync(temporary, path);
}

/** Takes the rights of others from the files LMDB made. By path: closing a descriptor of the lock file would drop LMDB's locks. */
export function protectIndex(root: string): void {
  if (process.platform === "win32") return;
  for (const name of ["index.lmdb", "index.lmdb-lock"]) chmodSync(join(root, name), 0o600);
}
