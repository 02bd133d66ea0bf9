import { type FilterValue, LarderError, type TableFilter } from "@larder/core";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { typeText } from "../arrow/type-text.js";
import type { FileLayout, ReadableColumn } from "../format/file-layout.js";
import { type ColumnDomain, columnDomain, placeIn, textBytes } from "./column-domain.js";
import { invalidFilter } from "./invalid-filter.js";
import { findColumn } from "./select-columns.js";
import {
  allValues,
  complementOf,
  distinctLongs,
  type Endpoint,
  noValues,
  sortedPoints,
  type ValueSet,
  valuesBetween,
} from "./value-set.js";

/**
 * A filter made out for the columns of one table. There is no `not`: it has been moved to the leaves, where it is another
 * set of values. So only what is true counts, and a null is in no set.
 */
export type BoundFilter =
  | { readonly kind: "and" | "or"; readonly filters: readonly BoundFilter[] }
  | { readonly kind: "values"; readonly column: ReadableColumn; readonly domain: ColumnDomain; readonly set: ValueSet }
  | { readonly kind: "null" | "not-null"; readonly column: ReadableColumn }
  /** The same for every row. */
  | { readonly kind: "always" | "never" };

/**
 * Makes a filter out for a table.
 *
 * @throws LarderError `unknown-column`, naming the nearest; `invalid-filter` where a column can't be asked that, saying
 * what it takes; `unsupported-column`, `duplicate-column`
 */
export function bindFilter(layout: FileLayout, filter: TableFilter): BoundFilter {
  return bind(layout, filter, false, 0);
}

/** A filter that asks something of one column. */
export type LeafFilter = Extract<BoundFilter, { readonly column: ReadableColumn }>;

/** The columns of a filter, each once. */
export function filterColumns(filter: BoundFilter): ReadableColumn[] {
  const columns = new Set<ReadableColumn>();
  const visit = (part: BoundFilter): void => {
    if ("filters" in part) part.filters.forEach(visit);
    else if ("column" in part) columns.add(part.column);
  };
  visit(filter);
  return [...columns];
}

/** Deeper filters are refused before they exhaust the stack. */
const mostDepth = 500;

function bind(layout: FileLayout, filter: TableFilter, negated: boolean, depth: number): BoundFilter {
  if (depth > mostDepth) throw malformed(`it is nested more than ${mostDepth} deep`);
  switch (filter?.op) {
    case "and":
    case "or": {
      if (!Array.isArray(filter.filters)) throw malformed(`"${filter.op}" has no list of filters`);
      const parts = filter.filters.map((part) => bind(layout, part, negated, depth + 1));
      return combined((filter.op === "and") === negated ? "or" : "and", parts);
    }
    case "not":
      return bind(layout, filter.filter, !negated, depth + 1);
    case "isNull":
    case "isNotNull":
      return bindNull(columnOf(layout, filter.column), (filter.op === "isNull") !== negated);
    case "eq":
    case "ne":
    case "lt":
    case "lte":
    case "gt":
    case "gte":
    case "in":
    case "between":
    case "startsWith":
      return bindValues(columnOf(layout, filter.column), filter, negated);
    default:
      throw malformed(`it has no operation named ${JSON.stringify((filter as { op?: unknown } | undefined)?.op)}`);
  }
}

function columnOf(layout: FileLayout, name: unknown): ReadableColumn {
  if (typeof name !== "string") throw malformed("a column in it has no name");
  return findColumn(layout, name);
}

function combined(kind: "and" | "or", parts: readonly BoundFilter[]): BoundFilter {
  const [decides, idle] = kind === "and" ? (["never", "always"] as const) : (["always", "never"] as const);
  if (parts.some((part) => part.kind === decides)) return { kind: decides };
  const filters = parts
    .filter((part) => part.kind !== idle)
    .flatMap((part) => (part.kind === kind ? part.filters : [part]));
  return filters.length === 0 ? { kind: idle } : filters.length === 1 ? filters[0]! : { kind, filters };
}

function bindNull(column: ReadableColumn, wanted: boolean): BoundFilter {
  const { typeId } = column.field.type as ArrowLikeType;
  if (typeId === ArrowTypeId.Null) return { kind: wanted ? "always" : "never" };
  // A REQUIRED column has no nulls, and need not be read to know it.
  if (column.shape.kind === "leaf" && column.leaves[0]!.maxDefinition === 0)
    return { kind: wanted ? "never" : "always" };
  return { kind: wanted ? "null" : "not-null", column };
}

type ValueFilter = Exclude<TableFilter, { op: "and" | "or" | "not" | "isNull" | "isNotNull" }>;

function bindValues(column: ReadableColumn, filter: ValueFilter, negated: boolean): BoundFilter {
  const type = column.field.type as ArrowLikeType;
  const { typeId } = type.dictionary ?? type;
  if (typeId === ArrowTypeId.Null) return { kind: "never" };
  const domain = columnDomain(type);
  if (!domain) {
    throw invalidFilter(column.name, `it is of type ${typeText(type)} and takes only isNull and isNotNull.`, {
      type: typeText(type),
    });
  }
  const set = valuesOf(column, domain, filter);
  return { kind: "values", column, domain, set: negated ? complementOf(set) : set };
}

function valuesOf(column: ReadableColumn, domain: ColumnDomain, filter: ValueFilter): ValueSet {
  const typeName = typeText(column.field.type as ArrowLikeType);
  const place = (value: FilterValue) => placeIn(domain, column.name, typeName, value);
  switch (filter.op) {
    case "in": {
      if (!Array.isArray(filter.values)) throw invalidFilter(column.name, '"in" has no list of values.');
      const longs = domain.kind === "integers" ? longsAmong(domain, filter.values) : undefined;
      if (longs) return { kind: "points", points: longs, excluded: false, nan: false };
      const points: Endpoint[] = [];
      for (const value of filter.values) {
        const point = domain.quickPoint?.(value);
        if (point !== undefined) {
          points.push(point);
          continue;
        }
        const placed = place(value);
        if (placed !== "nan" && placed.point !== undefined) points.push(placed.point);
      }
      return { kind: "points", points: sortedPoints(points), excluded: false, nan: false };
    }
    case "between": {
      const low = place(filter.low);
      const high = place(filter.high);
      return low === "nan" || high === "nan" ? noValues : valuesBetween(low.from, high.above);
    }
    case "startsWith":
      return prefixed(column, domain, filter.prefix);
    default: {
      const placed = place(filter.value);
      if (placed === "nan") return filter.op === "ne" ? allValues : noValues;
      return compared(filter.op, placed);
    }
  }
}

/** Many whole numbers, where all are such of the column and of 64 bits; sorted and distinct. */
function longsAmong({ quickPoint }: ColumnDomain, values: readonly FilterValue[]): BigInt64Array | undefined {
  if (!quickPoint || values.length === 0) return undefined;
  const longs = new BigInt64Array(values.length);
  for (let i = 0; i < longs.length; i++) {
    const value = values[i];
    if (typeof value !== "bigint" || BigInt.asIntN(64, value) !== value) return undefined;
    longs[i] = value;
  }
  const points = distinctLongs(longs.sort());
  const areInside = quickPoint(points[0]!) !== undefined && quickPoint(points.at(-1)!) !== undefined;
  return areInside ? points : undefined;
}

function compared(
  op: "eq" | "ne" | "lt" | "lte" | "gt" | "gte",
  { from, above, point }: Exclude<ReturnType<typeof placeIn>, "nan">,
): ValueSet {
  switch (op) {
    case "eq":
    case "ne": {
      const equal: ValueSet = {
        kind: "points",
        points: point === undefined ? [] : [point],
        excluded: false,
        nan: false,
      };
      return op === "eq" ? equal : complementOf(equal);
    }
    case "lt":
      return valuesBetween("start", from);
    case "lte":
      return valuesBetween("start", above);
    case "gt":
      return valuesBetween(above, "end");
    case "gte":
      return valuesBetween(from, "end");
  }
}

function prefixed(column: ReadableColumn, { kind, takes }: ColumnDomain, prefix: unknown): ValueSet {
  const isText = takes === "a string";
  if (kind !== "bytes") throw invalidFilter(column.name, "startsWith is for columns of text or bytes.");
  if (isText ? typeof prefix !== "string" : !(prefix instanceof Uint8Array)) {
    throw invalidFilter(column.name, `its prefix must be ${takes}.`, { takes });
  }
  const placed = placeIn(
    {
      kind,
      takes,
      place: (value) => ({
        from: "start",
        above: "end",
        point: isText ? textBytes(value as string) : (value as Uint8Array),
      }),
    },
    column.name,
    typeText(column.field.type as ArrowLikeType),
    prefix as FilterValue,
  );
  const bytes = (placed as { point: Uint8Array }).point;
  return valuesBetween(bytes.byteLength === 0 ? "start" : new Uint8Array(bytes), afterPrefix(bytes));
}

/** The least byte string above all that begin with a prefix. */
function afterPrefix(prefix: Uint8Array): Uint8Array | "end" {
  let length = prefix.byteLength;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return "end";
  const above = new Uint8Array(prefix.subarray(0, length));
  above[length - 1]!++;
  return above;
}

function malformed(reason: string): LarderError {
  return new LarderError(`This is not a filter: ${reason}. Make filters with col, and, or and not.`, {
    code: "invalid-filter",
    facts: { reason },
  });
}
