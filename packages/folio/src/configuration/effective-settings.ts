import { type GivenSettings, settingsOfEnvironment, settingsOfFile, settingsOfOptions } from "./checked-settings.js";
import { configFilePath, readConfigFile } from "./config-file.js";
import { processSettings } from "./configure-cache.js";
import type { FolioSettings, SettingSource } from "./folio-settings.js";
import type { FolioSettingsInput } from "./folio-settings-input.js";
import { type Environment, settingFields } from "./setting-fields.js";

/** From where settings are taken. */
export interface SettingSources {
  /** What the constructor of a folio was told. */
  readonly options?: FolioSettingsInput | undefined;
  /** Default: what {@link configureCache} was told. */
  readonly process?: FolioSettingsInput | undefined;
  /** Default `process.env`. */
  readonly env?: Environment | undefined;
  /** Path of the configuration file; `null`: none. Default {@link configFilePath}. */
  readonly file?: string | null | undefined;
}

/** Settings in force, and for each where it came from. Keys of groups are joined: `logging.level`. */
export interface EffectiveSettings {
  readonly settings: FolioSettings;
  readonly sources: Readonly<Record<string, SettingSource>>;
  /** As its writer knows it: an option, a variable, or a key of the file. Absent for defaults. */
  readonly keys: Readonly<Record<string, string>>;
  /** The configuration file that was read, if there was one. */
  readonly file: string | undefined;
}

/**
 * The settings in force: constructor > `configureCache` > environment > file > default. What a call
 * says itself, comes before all of them. Values that a stronger source hides are checked all the same.
 *
 * @throws LarderError `invalid-option` or `invalid-settings`: names the key, where it stands, and what is allowed
 */
export function effectiveSettings(from: SettingSources = {}): EffectiveSettings {
  const env = from.env ?? process.env;
  const path = from.file === null ? undefined : (from.file ?? configFilePath(env));
  const content = path === undefined ? undefined : readConfigFile(path);
  const file = content === undefined ? undefined : path;
  const layers: readonly (readonly [SettingSource, GivenSettings])[] = [
    ["constructor", settingsOfOptions(from.options, "constructor", env)],
    ["process", from.process === undefined ? processSettings() : settingsOfOptions(from.process, "process", env)],
    ["environment", settingsOfEnvironment(env)],
    ["file", file === undefined ? new Map() : settingsOfFile(content, file, env)],
  ];
  const values = new Map<string, unknown>();
  const sources: Record<string, SettingSource> = {};
  const keys: Record<string, string> = {};
  for (const { name, byDefault } of settingFields) {
    const [source, given] = layers.find(([, layer]) => layer.has(name)) ?? [];
    const found = given?.get(name);
    values.set(name, found === undefined ? byDefault(env) : found.value);
    sources[name] = source ?? "default";
    if (found !== undefined) keys[name] = found.key;
  }
  return { settings: settingsOf(values), sources, keys, file };
}

/** Whether anything goes by a setting: some are only understood, so that the files of others can be used. @param name - joined */
export function settingHasEffect(name: string): boolean {
  return settingFields.find((field) => field.name === name)?.isWithoutEffect !== true;
}

/** The value of a setting by its joined name, such as `logging.level`. */
export function settingValue(settings: FolioSettings, name: string): unknown {
  let value: unknown = settings;
  for (const part of name.split(".")) value = (value as Record<string, unknown>)[part];
  return value;
}

function settingsOf(values: ReadonlyMap<string, unknown>): FolioSettings {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const [group, key] = name.split(".") as [string, string | undefined];
    if (key === undefined) settings[group] = value;
    else settings[group] = { ...(settings[group] as object | undefined), [key]: value };
  }
  // Each field has been checked by the row of its name, and there is one row for each.
  return Object.freeze(settings) as unknown as FolioSettings;
}
