import { resolve } from "node:path";
import { nearestName } from "@larder/core";
import { durationExample, parseDuration } from "./parse-duration.js";
import { parseSize, sizeExample } from "./parse-size.js";

/** The value of a setting as it is kept, or what is allowed, in words. */
export type CheckOutcome = { readonly value: unknown } | string;

/** Checks a value given for a setting. */
export interface SettingCheck {
  check(given: unknown, place: ValuePlace): CheckOutcome;
  /** What a text of the environment stands for; what it does not know, it leaves for `check` to refuse. */
  fromText(text: string): unknown;
}

/** What a value may depend on besides itself. */
export interface ValuePlace {
  /** Absolute; where relative paths start. */
  readonly relativeTo: string;
  readonly home: string;
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  "0": false,
};

export const trueOrFalse: SettingCheck = {
  check: (given) => (typeof given === "boolean" ? { value: given } : "true or false"),
  fromText(text) {
    const word = text.toLowerCase();
    return Object.hasOwn(words, word) ? words[word] : text;
  },
};

export function oneOf(names: readonly string[]): SettingCheck {
  return {
    check(given) {
      if (typeof given === "string" && names.includes(given)) return { value: given };
      const nearest = typeof given === "string" ? nearestName(given, names) : undefined;
      return `one of ${names.join(", ")}${nearest === undefined ? "" : ` (did you mean '${nearest}'?)`}`;
    },
    fromText: (text) => text,
  };
}

/** Seconds from 0 on, also as text such as `30d`. */
export function duration({ orNever = false }: { readonly orNever?: boolean } = {}): SettingCheck {
  const never = orNever ? ", null for never" : "";
  const allowed = `a number of seconds of at least 0${never}, or a duration such as "${durationExample}"`;
  return {
    check(given) {
      if (orNever && given === null) return { value: null };
      const value = typeof given === "string" ? parseDuration(given) : given;
      return typeof value === "number" && Number.isFinite(value) && value >= 0 ? { value } : allowed;
    },
    fromText: (text) => (orNever && /^(null|never)$/i.test(text) ? null : text),
  };
}

/** A number of bytes, also as text such as `50GB`. */
export function size({ least = 0, unlimited = false } = {}): SettingCheck {
  const allowed = `a whole number of bytes of at least ${least}${unlimited ? ', "unlimited"' : ""}, or a size such as "${sizeExample}"`;
  return {
    check(given) {
      if (unlimited && (given === "unlimited" || given === Number.POSITIVE_INFINITY)) {
        return { value: Number.POSITIVE_INFINITY };
      }
      const value = typeof given === "string" ? parseSize(given) : given;
      return Number.isSafeInteger(value) && (value as number) >= least ? { value } : allowed;
    },
    fromText: (text) => text,
  };
}

export function wholeNumber(least: number, most: number): SettingCheck {
  return {
    check: (given) =>
      Number.isInteger(given) && (given as number) >= least && (given as number) <= most
        ? { value: given }
        : `a whole number from ${least} to ${most}`,
    fromText: numberOf,
  };
}

/** A share above 0, up to 1. */
export const share: SettingCheck = {
  check: (given) =>
    typeof given === "number" && given > 0 && given <= 1
      ? { value: given }
      : "a number above 0 and up to 1, such as 0.9",
  fromText: numberOf,
};

/** A directory; kept as an absolute path. */
export function path({ orNone = false } = {}): SettingCheck {
  return {
    check(given, { relativeTo, home }) {
      if (orNone && given === null) return { value: undefined };
      const allowed = orNone ? "a path, or null for none" : "a path";
      if (typeof given !== "string" || given === "" || given.includes("\0")) return allowed;
      if (/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return `${allowed} on a local disk, not an address`;
      const found = given === "~" || given.startsWith("~/") ? resolve(home, given.slice(2)) : given;
      return { value: resolve(relativeTo, found) };
    },
    fromText: (text) => (orNone && /^(null|none)$/i.test(text) ? null : text),
  };
}

function numberOf(text: string): unknown {
  return /^[+-]?\d{1,16}(\.\d{1,16})?$/.test(text) ? Number(text) : text;
}
