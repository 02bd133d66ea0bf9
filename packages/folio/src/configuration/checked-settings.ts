import { dirname, resolve } from "node:path";
import { nearestName } from "@larder/core";
import type { SettingSource } from "./folio-settings.js";
import type { ValuePlace } from "./setting-check.js";
import { invalidSetting, unknownSetting } from "./setting-errors.js";
import { type Environment, homeOf, type SettingField, settingFields } from "./setting-fields.js";

/** One checked value, and where it stands. */
export interface GivenSetting {
  readonly value: unknown;
  /** `LARDER_TTL_SECONDS`, `defaults.ttlSeconds`, `ttlSeconds`. */
  readonly key: string;
}

/** Checked values by the name of their setting. */
export type GivenSettings = ReadonlyMap<string, GivenSetting>;

/**
 * The settings of an options object.
 *
 * @throws LarderError `invalid-option`, naming the option and the nearest
 */
export function settingsOfOptions(
  options: unknown,
  source: SettingSource,
  env: Environment = process.env,
): GivenSettings {
  if (options === undefined) return new Map();
  const names = new Map<string, SettingField>();
  for (const field of settingFields) {
    names.set(field.name, field);
    if (field.alias !== undefined) names.set(field.alias, field);
  }
  return gather(options, names, { source, file: undefined }, { relativeTo: process.cwd(), home: homeOf(env) });
}

/**
 * The settings of a file's content, besides its version. Relative paths start from the file's directory.
 *
 * @throws LarderError `invalid-settings`, naming the key, the file and the nearest
 */
export function settingsOfFile(content: unknown, file: string, env: Environment = process.env): GivenSettings {
  const names = new Map(settingFields.map((field) => [field.filePlace, field]));
  return gather(content, names, { source: "file", file }, { relativeTo: dirname(resolve(file)), home: homeOf(env) });
}

/**
 * The settings of an environment. An empty variable says nothing. Other variables that begin with `LARDER_` are other
 * programs' business, unless their name is all but that of a setting.
 *
 * @throws LarderError `invalid-settings`, naming the variable and the nearest
 */
export function settingsOfEnvironment(env: Environment): GivenSettings {
  const place = { relativeTo: process.cwd(), home: homeOf(env) };
  const given = new Map<string, GivenSetting>();
  refuseMistyped(env);
  for (const field of settingFields) {
    const text = env[field.variable]?.trim();
    if (text === undefined || text === "") continue;
    const outcome = field.check.check(field.check.fromText(text), place);
    if (typeof outcome === "string") {
      throw invalidSetting({ source: "environment", key: field.variable }, text, outcome);
    }
    given.set(field.name, { value: outcome.value, key: field.variable });
  }
  return given;
}

/** A mistyped variable would be a setting that silently does not hold. */
function refuseMistyped(env: Environment): void {
  const known = settingFields.map(({ variable }) => variable);
  for (const key of Object.keys(env)) {
    if (!key.startsWith("LARDER_") || known.includes(key) || env[key] === undefined) continue;
    const nearest = nearestName(key, known);
    if (nearest !== undefined && isAllBut(key, nearest))
      throw unknownSetting({ source: "environment", key }, [nearest]);
  }
}

/** Whether two names differ in one place, by two letters at most. */
function isAllBut(left: string, right: string): boolean {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start++;
  let end = 0;
  while (end < shorter - start && left.at(-1 - end) === right.at(-1 - end)) end++;
  return Math.max(left.length, right.length) - start - end <= 2;
}

interface Origin {
  readonly source: SettingSource;
  readonly file: string | undefined;
}

/** Walks an object and its groups; every key must be a setting or a group of some. */
function gather(
  root: unknown,
  names: ReadonlyMap<string, SettingField>,
  origin: Origin,
  place: ValuePlace,
): Map<string, GivenSetting> {
  const given = new Map<string, GivenSetting>();
  const groups = new Set([...names.keys()].flatMap(groupsOf));
  const walk = (value: unknown, prefix: string): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw invalidSetting({ ...origin, key: prefix === "" ? "settings" : prefix.slice(0, -1) }, value, "an object");
    }
    for (const [name, inner] of Object.entries(value)) {
      const key = prefix + name;
      const field = names.get(key);
      if (field === undefined) {
        if (!groups.has(key)) throw unknownSetting({ ...origin, key }, [...names.keys()]);
        if (inner !== undefined) walk(inner, `${key}.`);
        continue;
      }
      if (inner === undefined) continue;
      const outcome = field.check.check(inner, place);
      if (typeof outcome === "string") throw invalidSetting({ ...origin, key }, inner, outcome);
      const twin = given.get(field.name);
      if (twin !== undefined) {
        throw invalidSetting({ ...origin, key }, inner, `left out where '${twin.key}' is given, which says the same`);
      }
      given.set(field.name, { value: outcome.value, key });
    }
  };
  walk(root, "");
  return given;
}

/** `limits.largeFilePolicy.defaultAction` is in `limits` and in `limits.largeFilePolicy`. */
function groupsOf(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
}
