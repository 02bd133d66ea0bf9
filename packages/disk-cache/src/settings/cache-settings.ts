import { resolve } from "node:path";
import { type EvictionPolicy, evictionPolicies, LarderError, nearestName } from "@larder/core";
import type { Durability } from "@larder/store-lmdb";
import { parseByteSize, sizeExample } from "./byte-size.js";
import { type CacheKind, checkKind } from "./cache-kind.js";

/**
 * What a cache of one kind is told. What is left out is as it is stored in the cache, where some process has said it
 * before, and else the default.
 *
 * `shards` and `tagIndex` are structural: they can't be changed once the cache is there. The last to say one of the
 * policies (`sizeLimitBytes`, `evictionPolicy`, `cullLimit`, `ttlSeconds`) says it for all processes. The others hold for
 * this process only.
 */
export interface KindSettings {
  /** What all entries of the cache may take up, over all shards; `Infinity`: no limit. Default 50 GiB. */
  readonly sizeLimitBytes?: number;
  /** Entries evicted in one transaction, 1 or more. Default 1,000. */
  readonly cullLimit?: number;
  /** Default `least-recently-stored`. */
  readonly evictionPolicy?: EvictionPolicy;
  /** Time to live of what is stored without one, in seconds, above 0; `Infinity`, the default: until deleted. */
  readonly ttlSeconds?: number;
  /** Whether hits, misses and writes are counted, for `stats()`. Default `true`. */
  readonly statistics?: boolean;
  /** Whether entries can be found and evicted by their tags. Default `true`. */
  readonly tagIndex?: boolean;
  /** Parts that are written in parallel, 1 to 64; keys are spread over them. Default 1. */
  readonly shards?: number;
  /** What a write that has resolved survives. Default `process`. */
  readonly durability?: Durability;
  /** Blobs up to this many bytes are kept in LMDB, larger ones in files; at most 1,048,576. Default 65,536. */
  readonly inlineLimitBytes?: number;
  /** Use a directory on a network file system all the same. Default `false`. */
  readonly allowNetworkFileSystem?: boolean;
  /**
   * How tables are stored: `hot`, quick to read and to write, the default; `cold`, smaller; `by-use`, cold at first, and hot once a
   * process has read them three times.
   */
  readonly tables?: "hot" | "cold" | "by-use";
  /** With `by-use`: what tables made hot may take more than they took cold, in bytes, over all shards. Default 1 GiB. */
  readonly hotTableBytes?: number;
}

/** What all caches of an application are told; frozen. Made by {@link cacheSettings}. */
export interface CacheSettings extends KindSettings {
  /** Absolute path of the directory that has one for each kind. */
  readonly directory: string;
  /** What is different for single kinds. */
  readonly kinds: Readonly<Record<string, KindSettings>>;
}

/** {@link KindSettings} as they may be written: sizes also as text, such as `"50 GiB"`. */
export type KindSettingsInput = {
  readonly [Field in keyof KindSettings]?:
    | KindSettings[Field]
    | (Field extends "sizeLimitBytes" | "inlineLimitBytes" | "hotTableBytes" ? string : never)
    | undefined;
};

/** {@link CacheSettings} as they may be written. */
export interface CacheSettingsInput extends KindSettingsInput {
  /** Default `.cache/larder-kinds`, relative to the working directory. */
  readonly directory?: string | undefined;
  readonly kinds?: Readonly<Record<string, KindSettingsInput>> | undefined;
}

/** Where caches are kept when nothing else is said, relative to the working directory. */
export const defaultKindsDirectory = ".cache/larder-kinds";

/** The value as it is kept, or what is allowed, in words. */
type Check = (value: unknown) => { readonly value: unknown } | string;

const kindFields: Readonly<Record<keyof KindSettings, Check>> = {
  sizeLimitBytes: size(0, Number.POSITIVE_INFINITY),
  cullLimit: wholeNumber(1, 1_000_000),
  evictionPolicy: oneOf(evictionPolicies),
  ttlSeconds: (value) =>
    typeof value === "number" && value > 0 ? { value } : "a number of seconds above 0, or Infinity for no expiry",
  statistics: trueOrFalse,
  tagIndex: trueOrFalse,
  shards: wholeNumber(1, 64),
  durability: oneOf(["process", "power"]),
  inlineLimitBytes: size(0, 1024 * 1024),
  allowNetworkFileSystem: trueOrFalse,
  tables: oneOf(["hot", "cold", "by-use"]),
  hotTableBytes: size(0, Number.POSITIVE_INFINITY),
};

const fields: Readonly<Record<keyof CacheSettings, Check>> = {
  directory: (value) => (typeof value === "string" && value !== "" ? { value: resolve(value) } : "a path"),
  ...kindFields,
  kinds: (value) => (isObject(value) ? { value } : "an object with settings for each kind"),
};

const made = new WeakSet<object>();

/**
 * Checks settings and freezes them, deeply. Settings made by it are returned as they are.
 *
 * @throws LarderError `invalid-settings`: names the field, its value, and what is allowed; `invalid-kind`
 */
export function cacheSettings(input: CacheSettingsInput = {}): CacheSettings {
  if (made.has(input)) return input as CacheSettings;
  const checked = checkedFields(input, fields, "") as Partial<CacheSettings>;
  const kinds: Record<string, KindSettings> = Object.create(null) as Record<string, KindSettings>;
  for (const [kind, settings] of Object.entries(checked.kinds ?? {})) {
    checkKind(kind);
    kinds[kind] = checkedKindSettings(settings, `kinds[${JSON.stringify(kind)}].`);
  }
  const directory = checked.directory ?? resolve(defaultKindsDirectory);
  const settings = Object.freeze({ ...checked, directory, kinds: Object.freeze(kinds) });
  made.add(settings);
  return settings;
}

/**
 * Checks the settings of one kind and freezes them.
 *
 * @param path - what stands before the names of fields in messages
 * @throws LarderError `invalid-settings`
 */
export function checkedKindSettings(input: unknown, path = ""): KindSettings {
  return Object.freeze(checkedFields(input, kindFields, path));
}

/** What holds for one kind: its own settings before those of all. */
export function settingsOfKind(settings: CacheSettings, kind: CacheKind): KindSettings {
  const { directory: _directory, kinds, ...all } = settings;
  return Object.freeze({ ...all, ...(Object.hasOwn(kinds, kind) ? kinds[kind] : {}) });
}

function checkedFields(input: unknown, known: Readonly<Record<string, Check>>, path: string): Record<string, unknown> {
  if (!isObject(input)) throw invalid(path === "" ? "settings" : path.slice(0, -1), input, "an object");
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    const check = Object.hasOwn(known, name) ? known[name] : undefined;
    if (check === undefined) throw unknownField(name, known, path);
    if (value === undefined) continue;
    const outcome = check(value);
    if (typeof outcome === "string") throw invalid(path + name, value, outcome);
    checked[name] = outcome.value;
  }
  return checked;
}

function invalid(field: string, value: unknown, allowed: string): LarderError {
  return new LarderError(`The cache setting '${field}' must be ${allowed}, and it is ${shown(value)}.`, {
    code: "invalid-settings",
    facts: { field, value, allowed },
  });
}

function unknownField(name: string, known: Readonly<Record<string, Check>>, path: string): LarderError {
  const names = Object.keys(known);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? `Known are ${names.join(", ")}.` : `Did you mean '${path}${nearest}'?`;
  return new LarderError(`There is no cache setting '${path}${name}'. ${hint}`, {
    code: "invalid-settings",
    facts: { field: path + name, allowed: names, nearest },
  });
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  return typeof value === "object" && value !== null
    ? Array.isArray(value)
      ? "an array"
      : "an object"
    : String(value);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function trueOrFalse(value: unknown): ReturnType<Check> {
  return typeof value === "boolean" ? { value } : "true or false";
}

function oneOf(names: readonly string[]): Check {
  return (value) => {
    if (typeof value === "string" && names.includes(value)) return { value };
    const nearest = typeof value === "string" ? nearestName(value, names) : undefined;
    return `one of ${names.join(", ")}${nearest === undefined ? "" : ` (did you mean '${nearest}'?)`}`;
  };
}

function wholeNumber(least: number, most: number): Check {
  return (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
      ? { value }
      : `a whole number from ${least} to ${most}`;
}

function size(least: number, most: number): Check {
  const range = Number.isFinite(most)
    ? `a whole number of bytes from ${least} to ${most}`
    : "a whole number of bytes, Infinity for no limit";
  return (given) => {
    const value = typeof given === "string" ? parseByteSize(given) : given;
    if (value === most) return { value };
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) < most) return { value };
    return `${range}, or a size such as "${sizeExample}"`;
  };
}
