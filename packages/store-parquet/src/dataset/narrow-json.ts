import type { LarderError } from "@larder/core";

/** Narrows what was parsed of a file; what has another form is an error, which says that the file is damaged. */
export interface JsonNarrower {
  object(value: unknown, what: string): Readonly<Record<string, unknown>>;
  list(value: unknown, what: string): readonly unknown[];
  text(value: unknown, what: string): string;
  texts(value: unknown, what: string): string[];
  /** A whole number from 0 to 2⁵³ − 1. */
  count(value: unknown, what: string): number;
  /** Any number but NaN and the infinite ones. */
  number(value: unknown, what: string): number;
  flag(value: unknown, what: string): boolean;
  oneOf<Word extends string>(words: readonly Word[], value: unknown, what: string): Word;
}

/** @param damaged - makes the error, from a reason such as "its token has another form than it should" */
export function narrowJson(damaged: (reason: string) => LarderError): JsonNarrower {
  const fail = (what: string): never => {
    throw damaged(`its ${what} has another form than it should`);
  };
  const text = (value: unknown, what: string) => (typeof value === "string" ? value : fail(what));
  const list = (value: unknown, what: string): readonly unknown[] => (Array.isArray(value) ? value : fail(what));
  const number = (value: unknown, what: string) =>
    typeof value === "number" && Number.isFinite(value) ? value : fail(what);
  return {
    text,
    list,
    number,
    flag: (value, what) => (typeof value === "boolean" ? value : fail(what)),
    object: (value, what) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : fail(what),
    texts: (value, what) => list(value, what).map((item) => text(item, what)),
    count(value, what) {
      const given = number(value, what);
      return Number.isSafeInteger(given) && given >= 0 ? given : fail(what);
    },
    oneOf: (words, value, what) => words.find((word) => word === value) ?? fail(what),
  };
}
