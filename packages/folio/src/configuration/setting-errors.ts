import { LarderError, nearestName, redactedText } from "@larder/core";
import type { SettingSource } from "./folio-settings.js";

/** Where a value stands, for people. */
export interface SettingPlace {
  readonly source: SettingSource;
  /** As its writer knows it: `ttlSeconds`, `LARDER_TTL_SECONDS`, `defaults.ttlSeconds`. */
  readonly key: string;
  /** Path of the file; only for those of a file. */
  readonly file?: string | undefined;
}

/** A value that is not allowed. Code `invalid-option` where it came from code, else `invalid-settings`. */
export function invalidSetting(place: SettingPlace, value: unknown, allowed: string): LarderError {
  const { key, source, file } = place;
  return new LarderError(`${described(place)} must be ${allowed}, and it is ${shown(value)}.`, {
    code: codeOf(source),
    facts: { setting: key, source, allowed, ...(file === undefined ? {} : { file }) },
  });
}

/** A key that is no setting. */
export function unknownSetting(place: SettingPlace, names: readonly string[]): LarderError {
  const { key, source, file } = place;
  // A setting of a group that was written outside of it is more alike than its letters tell.
  const nearest = names.find((name) => name.endsWith(`.${key}`)) ?? nearestName(key, names);
  const where = file === undefined ? "" : ` of ${file}`;
  const hint = nearest === undefined ? `Known are ${names.join(", ")}.` : `Did you mean '${nearest}'?`;
  return new LarderError(`There is no setting '${redactedText(key.slice(0, 100))}'${where}. ${hint}`, {
    code: codeOf(source),
    facts: { setting: redactedText(key.slice(0, 100)), source, nearest, ...(file === undefined ? {} : { file }) },
  });
}

function codeOf(source: SettingSource): string {
  return source === "environment" || source === "file" ? "invalid-settings" : "invalid-option";
}

function described({ source, key, file }: SettingPlace): string {
  if (source === "environment") return `The environment variable ${key}`;
  if (source === "file") return `The setting '${key}' of ${file}`;
  return source === "process" ? `The option '${key}' of configureCache` : `The option '${key}'`;
}

/** A value in a message: short, without secrets, and never the content of an object. */
function shown(value: unknown): string {
  if (typeof value === "string") {
    const text = redactedText(value);
    return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
  }
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}
