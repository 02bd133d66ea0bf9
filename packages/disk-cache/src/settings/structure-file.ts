import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { LarderError, uniqueNameOfProcess } from "@larder/core";
import { directoryFormat, directoryNames } from "@larder/store-lmdb";

/** What can't be changed once a cache is there. */
export interface CacheStructure {
  readonly shards: number;
  readonly tagIndex: boolean;
}

const defaults: CacheStructure = { shards: 1, tagIndex: true };

const shardName = /^shard-\d\d$/;

/** The name of the directory of a shard. */
export function shardDirectory(number: number): string {
  return `shard-${String(number).padStart(2, "0")}`;
}

/**
 * Agrees with all processes on the structure of a cache, which is kept in `larder.json`: as it is there, or, in a new
 * directory, as wanted. Whoever comes first decides. Makes the directory when it is absent.
 *
 * @param wanted - what was said; what was not may be anything
 * @throws LarderError `settings-conflict`, `newer-format`, `not-a-directory`, `not-a-cache-directory`, `unsafe-directory`
 */
export function agreeOnStructure(directory: string, wanted: Partial<CacheStructure>): CacheStructure {
  makeDirectory(directory);
  const path = join(directory, "larder.json");
  const stored = storedStructure(directory, path) ?? begin(directory, path, { ...defaults, ...wanted });
  for (const field of ["shards", "tagIndex"] as const) {
    const asked = wanted[field];
    if (asked !== undefined && asked !== stored[field]) throw conflict(directory, field, stored[field], asked);
  }
  return stored;
}

function conflict(directory: string, field: string, stored: unknown, wanted: unknown): LarderError {
  return new LarderError(
    `The cache in ${directory} was made with ${field}: ${String(stored)}, and it was asked for with ${field}: ${String(wanted)}. That can't be changed once it is there: ask for ${String(stored)}, leave ${field} out, choose another directory, or delete this one when no process uses it.`,
    { code: "settings-conflict", facts: { directory, field, stored, wanted } },
  );
}

/** The structure as it is stored; where `larder.json` can't be read, as what is there tells. */
function storedStructure(directory: string, path: string): CacheStructure | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return structureByContent(directory);
    throw error;
  }
  const stored = parsed(text);
  // The backend of a cache without shards puts a damaged file away itself, and says so.
  if (stored === undefined) return structureByContent(directory) ?? defaults;
  const { format, shards = defaults.shards, tagIndex = defaults.tagIndex } = stored;
  if (typeof format === "number" && format > directoryFormat) {
    throw new LarderError(
      `The cache directory ${directory} has format ${format}, and this version of Larder knows formats up to ${directoryFormat}. Update Larder, or choose another directory; nothing was changed.`,
      { code: "newer-format", facts: { directory, format, known: directoryFormat } },
    );
  }
  return {
    shards: Number.isInteger(shards) && (shards as number) > 0 ? (shards as number) : defaults.shards,
    tagIndex: tagIndex !== false,
  };
}

/** Without its file: as many shards as there are directories of shards. */
function structureByContent(directory: string): CacheStructure | undefined {
  const names = readdirSync(directory);
  const shards = names.filter((name) => shardName.test(name)).length;
  if (shards > 0) return { ...defaults, shards };
  return names.includes("index.lmdb") ? defaults : undefined;
}

function begin(directory: string, path: string, structure: CacheStructure): CacheStructure {
  const strangers = readdirSync(directory).filter((name) => !directoryNames.has(name));
  if (strangers.length > 0) {
    throw new LarderError(
      `The directory ${directory} holds files that are not Larder's (${strangers.slice(0, 3).join(", ")}). A cache needs a directory of its own: choose another for its kinds.`,
      { code: "not-a-cache-directory", facts: { directory, found: strangers } },
    );
  }
  const text = JSON.stringify({ format: directoryFormat, created: new Date().toISOString(), ...structure });
  try {
    writeWhole(directory, `${text}\n`, (temporary) => linkSync(temporary, path));
    return structure;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    // Someone else was first.
    return storedStructure(directory, path) ?? structure;
  }
}

/** Writes a file that has its whole text from the first moment on. */
export function replaceFile(directory: string, name: string, text: string): void {
  writeWhole(directory, text, (temporary) => renameSync(temporary, join(directory, name)));
}

function writeWhole(directory: string, text: string, putInPlace: (temporary: string) => void): void {
  const folder = join(directory, "tmp");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${uniqueNameOfProcess()}.tmp`);
  try {
    writeFileSync(temporary, text, { flag: "wx", mode: 0o600 });
    putInPlace(temporary);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(join(directory, ".."), { recursive: true });
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === "EEXIST" && statSync(directory).isDirectory();
    if (!isThere && lstatSync(directory, { throwIfNoEntry: false }) === undefined) throw error;
    if (!isThere) {
      throw new LarderError(`The cache directory ${directory} can't be made: a file has its name. Choose another.`, {
        code: "not-a-directory",
        facts: { directory },
      });
    }
  }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
