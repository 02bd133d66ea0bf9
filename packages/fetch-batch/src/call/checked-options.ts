import { invalidOption, unknownOption } from "../errors/invalid-request.js";

/** What an option may be, in words, and whether a value is that. */
interface Rule {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
}

const milliseconds: Rule = {
  expected: "a number of milliseconds, above 0",
  holds: (value) => typeof value === "number" && value > 0,
};
const trueOrFalse: Rule = { expected: "true or false", holds: (value) => typeof value === "boolean" };
const aFunction: Rule = { expected: "a function", holds: (value) => typeof value === "function" };
const anObject: Rule = { expected: "an object", holds: (value) => typeof value === "object" && value !== null };
const filledText: Rule = {
  expected: "a text that is not empty",
  holds: (value) => typeof value === "string" && value !== "",
};
const anyText: Rule = { expected: "a text", holds: (value) => typeof value === "string" };

const rules: Readonly<Record<string, Rule>> = {
  table: filledText,
  idColumn: filledText,
  idKind: oneOf(["int64", "text"]),
  directory: filledText,
  fetcher: aFunction,
  ttlMs: milliseconds,
  absentTtlMs: milliseconds,
  version: anyText,
  refresh: trueOrFalse,
  refetch: oneOf(["rows", "missing-cells"]),
  onMissing: oneOf(["throw", "omit"]),
  strict: trueOrFalse,
  batchSize: wholeNumber(1),
  concurrency: wholeNumber(1),
  retries: wholeNumber(0),
  retryDelayMs: {
    expected: "a number of milliseconds, 0 or more",
    holds: (value) => typeof value === "number" && value >= 0 && Number.isFinite(value),
  },
  timeoutMs: milliseconds,
  memoryLimitBytes: { expected: "a number of bytes, above 0", holds: milliseconds.holds },
  partBytes: wholeNumber(1),
  rows: wholeNumber(1),
  isRetryable: aFunction,
  onProgress: aFunction,
  onWarning: aFunction,
  signal: { expected: "an AbortSignal", holds: (value) => value instanceof AbortSignal },
  schema: {
    expected: 'an object of types by column, such as { price: "float64" }',
    holds: (value) => anObject.holds(value) && Object.values(value as object).every((type) => typeof type === "string"),
  },
  clock: anObject,
  pace: anObject,
};

const required = new Set(["table", "fetcher"]);

/** Options that are looked at where they are used. */
const lookedAtElsewhere = ["ids", "columns", "cache", "sequence", "fetchedAt"];
const known = [...Object.keys(rules), ...lookedAtElsewhere];

/**
 * Holds options against what they may be; those that are `undefined` count as left out. Options of other functions are let through, so
 * that one request can be given to several; those of none are mistyped.
 *
 * @param names - the options to look at
 * @throws FetchBatchError `invalid-option`
 */
export function checkOptions(options: object, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) throw invalidOption("request", "an object", options);
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !known.includes(name)) throw unknownOption(name, known);
  }
  for (const name of names) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    const { expected, holds } = rules[name]!;
    if (value === undefined && !required.has(name)) continue;
    if (!holds(value)) throw invalidOption(name, expected, value);
  }
}

/** The options that say where rows are kept. */
export const cacheOptionNames = ["table", "directory", "idColumn", "idKind", "onWarning"] as const;

/** All options but `ids`, `columns` and `cache`, which are looked at where they are used. */
export const allOptionNames = Object.keys(rules).filter((name) => name !== "partBytes" && name !== "rows");

function oneOf(words: readonly string[]): Rule {
  return {
    expected: words.map((word) => JSON.stringify(word)).join(" or "),
    holds: (value) => typeof value === "string" && words.includes(value),
  };
}

function wholeNumber(least: number): Rule {
  return {
    expected: `a whole number, ${least} or more`,
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  };
}
