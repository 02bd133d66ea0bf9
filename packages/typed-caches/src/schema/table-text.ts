import { LarderError } from "@larder/core";
import { shown } from "../cache/invalid-option.js";
import type { TableName } from "./schema-source.js";

const plain = /^[\p{L}_][\p{L}\p{N}_$]*$/u;

/** `schema.name`, either in double quotes where it is more than letters, digits, `_` and `$`. Different tables have different texts. */
export function tableText({ schema, name }: TableName): string {
  return `${part(schema)}.${part(name)}`;
}

/**
 * Reads `name`, `schema.name`, either as it is or in double quotes, with `""` for one within them. Upper and lower case are kept apart.
 *
 * @throws LarderError `invalid-table`
 */
export function parsedTable(text: unknown): { readonly schema: string | undefined; readonly name: string } {
  const parts = typeof text === "string" && text.isWellFormed() ? partsOf(text) : undefined;
  if (parts?.length === 1) return { schema: undefined, name: parts[0]! };
  if (parts?.length === 2) return { schema: parts[0], name: parts[1]! };
  throw new LarderError(
    `The table ${shown(text)} can't be read. Write name or schema.name, a part that has a dot or a quote in double quotes; or give { schema, name }.`,
    { code: "invalid-table", facts: { table: text } },
  );
}

function part(text: string): string {
  return plain.test(text) ? text : quotedName(text);
}

/** A name in double quotes, as SQL writes it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function partsOf(text: string): string[] | undefined {
  const pattern = /(?:"((?:[^"]|"")+)"|([^".]+))(\.|$)/gy;
  const parts: string[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    parts.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    end = match.index + match[0].length;
    if (match[3] === "") return end === text.length ? parts : undefined;
  }
  return undefined;
}
