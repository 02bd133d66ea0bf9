import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { defaultSizeLimitBytes } from "../disk-cache.js";
import { checkedKindSettings, type KindSettings } from "./cache-settings.js";
import { replaceFile } from "./structure-file.js";

/** What all processes that use a cache go by. Absent: nobody has said it. */
export type SharedPolicies = Pick<KindSettings, "sizeLimitBytes" | "evictionPolicy" | "cullLimit" | "ttlSeconds">;

/** All of them, with the default for what nobody has said. */
export type EffectivePolicies = Required<SharedPolicies>;

/** The file in the directory of a cache that keeps them. */
export const policiesFileName = "settings.json";

const names = ["sizeLimitBytes", "evictionPolicy", "cullLimit", "ttlSeconds"] as const;

const defaultPolicies: EffectivePolicies = {
  sizeLimitBytes: defaultSizeLimitBytes,
  evictionPolicy: "least-recently-stored",
  cullLimit: 1000,
  ttlSeconds: Number.POSITIVE_INFINITY,
};

/** The policies among the settings of a kind: those that were said. */
export function policiesOf(settings: KindSettings): SharedPolicies {
  return Object.fromEntries(
    names.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  ) as SharedPolicies;
}

/** What holds, by what is stored. */
export function effectivePolicies(stored: SharedPolicies): EffectivePolicies {
  return { ...defaultPolicies, ...stored };
}

/** The policies stored in a cache; of a file that can't be read or understood, none. */
export function readPolicies(directory: string): SharedPolicies {
  try {
    const text = readFileSync(join(directory, policiesFileName), "utf8");
    const stored = JSON.parse(text, (_, value: unknown) =>
      value === null ? Number.POSITIVE_INFINITY : value,
    ) as object;
    return policiesOf(
      checkedKindSettings(Object.fromEntries(Object.entries(stored).filter(([name]) => isPolicy(name)))),
    );
  } catch {
    return {};
  }
}

/**
 * Stores what was said over what is stored. Only while no other process does: within a transaction of the cache.
 *
 * @returns what is stored then
 */
export function mergePolicies(directory: string, said: SharedPolicies): SharedPolicies {
  const before = readPolicies(directory);
  const after = { ...before, ...said };
  if (differences(before, after).length > 0) {
    const text = JSON.stringify(after, (_, value: unknown) => (value === Number.POSITIVE_INFINITY ? null : value));
    replaceFile(directory, policiesFileName, `${text}\n`);
  }
  return after;
}

/** The names of the policies that differ. */
export function differences(before: SharedPolicies, after: SharedPolicies): (keyof SharedPolicies)[] {
  return names.filter((name) => before[name] !== after[name]);
}

/** Something that changes when the file does. */
export function policiesStamp(directory: string): string {
  const stats = statSync(join(directory, policiesFileName), { throwIfNoEntry: false, bigint: true });
  return stats === undefined ? "" : `${stats.ino}/${stats.mtimeNs}/${stats.size}`;
}

function isPolicy(name: string): boolean {
  return (names as readonly string[]).includes(name);
}
