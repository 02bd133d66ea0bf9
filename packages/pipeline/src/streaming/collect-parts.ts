import { LarderError } from "@larder/core";

/** What a table and a batch of one have, in any copy and version of `apache-arrow`. */
export interface ArrowPart<Whole = unknown> {
  readonly numRows: number;
  readonly schema: {
    readonly fields: readonly { readonly name: string; readonly type: unknown; readonly nullable: boolean }[];
  };
  // Bivariant, so that a batch of any type of columns is one.
  concat(...others: never[]): Whole;
}

/** What an async generator's parts become: Arrow batches and tables one table, anything else a list. */
export type Collected<Part> = [Part] extends [never]
  ? readonly []
  : [Part] extends [ArrowPart<infer Whole>]
    ? Whole
    : readonly Part[];

/** Whether a value is what a call of an `async function*` returns. Other async iterables are values like any. */
export function isAsyncGenerator(value: unknown): value is AsyncGenerator<unknown> {
  return Object.prototype.toString.call(value) === "[object AsyncGenerator]";
}

/**
 * Reads a generator to its end. Arrow batches and tables become one table; other parts, and none at all, a list. What the
 * generator returns in the end is dropped.
 *
 * @param signal - when it is aborted, the generator is told to return at its next `yield`, and this rejects with the signal's reason
 * @throws LarderError `mixed-parts` when tables have different columns, or come among other parts
 */
export async function collectParts(generator: AsyncGenerator<unknown>, signal: AbortSignal): Promise<unknown> {
  const parts: unknown[] = [];
  for await (const part of generator) {
    // What is thrown here makes it return.
    signal.throwIfAborted();
    checkPart(part, parts);
    parts.push(part);
  }
  signal.throwIfAborted();
  return isArrowPart(parts[0]) ? oneTable(parts as TablePart[]) : parts;
}

type TablePart = ArrowPart<TablePart> & { readonly batches?: unknown };

function isArrowPart(value: unknown): value is TablePart {
  if (typeof value !== "object" || value === null) return false;
  const { numRows, schema, concat } = value as Partial<TablePart>;
  return typeof numRows === "number" && Array.isArray(schema?.fields) && typeof concat === "function";
}

/** Fails at the first part that does not go with those before it, before more is made. */
function checkPart(part: unknown, before: readonly unknown[]): void {
  if (before.length === 0) return;
  const [first] = before;
  const index = before.length;
  if (!isArrowPart(first) || !isArrowPart(part)) {
    if (!isArrowPart(first) && !isArrowPart(part)) return;
    const table = isArrowPart(part) ? index : 0;
    throw new LarderError(
      `Part ${table} of what the function yields is a table, part ${table === 0 ? index : 0} is none. Yield tables and batches only, or none.`,
      { code: "mixed-parts", facts: { part: index } },
    );
  }
  if (first.schema === part.schema) return;
  const [columns, others] = [columnsOf(first), columnsOf(part)];
  if (columns === others) return;
  throw new LarderError(
    `Part ${index} of what the function yields has other columns (${others}) than the first (${columns}). Yield parts of one schema.`,
    { code: "mixed-parts", facts: { part: index, columns: others, expected: columns } },
  );
}

function columnsOf({ schema }: TablePart): string {
  return schema.fields.map(({ name, type, nullable }) => `${name}: ${type}${nullable ? "?" : ""}`).join(", ");
}

/** Puts tables and batches one after the other, by the methods of the library that made them. */
function oneTable(parts: readonly TablePart[]): unknown {
  const whole = (part: TablePart): TablePart => ("batches" in part ? part : part.concat());
  const [first, ...others] = parts.map(whole);
  return others.length === 0 ? first : first!.concat(...(others as never[]));
}
