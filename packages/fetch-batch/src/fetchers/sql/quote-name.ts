import { FetchBatchError } from "../../errors/fetch-batch-error.js";

/** How a database writes names. */
export interface NameRules {
  /** Stands around a name, and is doubled inside. */
  readonly quote: '"' | "`";
  /** The longest name in bytes of UTF-8, where longer ones would be cut silently. */
  readonly mostBytes?: number;
}

/**
 * A name in quotes, so that it can be nothing else.
 *
 * @throws FetchBatchError `invalid-name` for an empty name, one with a NUL or half a character, or one the database would cut
 */
export function quoteName(name: string, rules: NameRules): string {
  checkName(name, rules.mostBytes);
  return rules.quote + name.replaceAll(rules.quote, rules.quote + rules.quote) + rules.quote;
}

/** @throws FetchBatchError `invalid-name`, as {@link quoteName} */
export function checkName(name: string, mostBytes?: number): void {
  const why = flawOf(name, mostBytes);
  if (why !== undefined) {
    throw new FetchBatchError(`${JSON.stringify(name)} can't be the name of a table or column: ${why}.`, {
      code: "invalid-name",
      facts: { name },
    });
  }
}

function flawOf(name: string, mostBytes = Infinity): string | undefined {
  if (name === "") return "it is empty";
  if (name.includes("\0")) return "it has a NUL character";
  if (!name.isWellFormed()) return "it has half a character (a lone surrogate)";
  if (Buffer.byteLength(name) > mostBytes) return `the database would cut it after ${mostBytes} bytes`;
  return undefined;
}

/** A table's name in quotes, after its schema where that is said. */
export function quoteTable(
  table: { readonly schema?: string | undefined; readonly name: string },
  rules: NameRules,
): string {
  const name = quoteName(table.name, rules);
  return table.schema === undefined ? name : `${quoteName(table.schema, rules)}.${name}`;
}
