import { randomBytes } from "node:crypto";
import { mkdir, open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { settingsOfFile, settingsOfOptions } from "./checked-settings.js";
import { configFileVersion, parsedConfig, readText } from "./config-file.js";
import type { FolioSettingsInput } from "./folio-settings-input.js";
import { unknownSetting } from "./setting-errors.js";
import { settingFields } from "./setting-fields.js";

/** What of a configuration file is to change. */
export interface ConfigChange {
  /** Settings to write. */
  readonly set?: FolioSettingsInput | undefined;
  /** Names of settings to take out, such as `logging.level`: they are the default again, or what a weaker source says. */
  readonly remove?: readonly string[] | undefined;
}

/** What a configuration file says now. */
export interface ChangedConfig {
  readonly path: string;
  /** Names of the settings that are other than before. */
  readonly changed: readonly string[];
  /** The text of the file now. */
  readonly text: string;
}

/**
 * Changes the configuration file, and makes it where there is none. It is replaced whole, so nobody reads half of it. Keys that
 * this version does not know stay as they are. Of two changes at the same moment, the later one counts.
 *
 * @throws LarderError `invalid-option`: names the setting; `invalid-settings`: the file can't be used as it is; the error of the file system
 */
export async function changeConfigFile(path: string, change: ConfigChange): Promise<ChangedConfig> {
  const set = settingsOfOptions(change.set, "call");
  const known = settingFields.map(({ name }) => name);
  for (const name of change.remove ?? []) {
    if (!known.includes(name)) throw unknownSetting({ source: "call", key: name }, known);
  }
  const before = readText(path);
  const content = before === undefined ? {} : parsedConfig(path, before);
  const changed: string[] = [];
  for (const { name, filePlace } of settingFields) {
    const given = set.get(name);
    if (given === undefined && !change.remove?.includes(name)) continue;
    const value = given === undefined ? undefined : inFile(given.value);
    if (put(content, filePlace.split("."), value)) changed.push(name);
  }
  const text = configText(content);
  // What could not be read back is not written: a group that is no object, say.
  settingsOfFile(knownPart(content), path);
  if (text !== before) await replaceFile(path, text);
  return { path, changed, text };
}

/** The text of a configuration file: its settings in their order, then what is not known, as it was. */
function configText(content: Record<string, unknown>): string {
  return `${JSON.stringify({ version: configFileVersion, ...ordered(content, "") }, undefined, 2)}\n`;
}

function ordered(content: Record<string, unknown>, prefix: string): Record<string, unknown> {
  const order = ["version", ...settingFields.map(({ filePlace }) => filePlace)];
  const rank = (key: string): number => {
    const at = order.findIndex((place) => place === prefix + key || place.startsWith(`${prefix}${key}.`));
    return at === -1 ? order.length : at;
  };
  const entries = Object.entries(content).sort(([left], [right]) => rank(left) - rank(right));
  return Object.fromEntries(
    entries.map(([key, value]) => [
      key,
      isObject(value) && rank(key) < order.length ? ordered(value, `${prefix}${key}.`) : value,
    ]),
  );
}

/** Puts a value at a place; `undefined` takes it out, and groups that are empty then. @returns whether anything changed */
function put(content: Record<string, unknown>, place: readonly string[], value: unknown): boolean {
  const [key, ...rest] = place as [string, ...string[]];
  const there = Object.hasOwn(content, key) ? content[key] : undefined;
  if (rest.length === 0) {
    if (there === value) return false;
    if (value === undefined) delete content[key];
    else content[key] = value;
    return true;
  }
  if (there === undefined && value === undefined) return false;
  if (there !== undefined && !isObject(there)) return false; // told of when the result is checked
  const group: Record<string, unknown> = there ?? {};
  const done = put(group, rest, value);
  if (Object.keys(group).length === 0) delete content[key];
  else content[key] = group;
  return done;
}

/** JSON has no infinity, and a setting that is "none" is written as `null`. */
function inFile(value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? "unlimited" : (value ?? null);
}

/** The content without the keys that this version does not know. */
function knownPart(content: Record<string, unknown>, prefix = ""): Record<string, unknown> {
  const known = Object.entries(content).filter(([key]) =>
    settingFields.some(({ filePlace }) => filePlace === prefix + key || filePlace.startsWith(`${prefix}${key}.`)),
  );
  return Object.fromEntries(
    known.map(([key, value]) => [key, isObject(value) ? knownPart(value, `${prefix}${key}.`) : value]),
  );
}

async function replaceFile(path: string, text: string): Promise<void> {
  // A link stays a link: configuration files are often kept elsewhere.
  const target = await realpath(path).catch(() => path);
  const directory = dirname(target);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const mode = await stat(target).then(
    ({ mode }) => mode & 0o777,
    () => 0o600,
  );
  const temporary = join(directory, `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
