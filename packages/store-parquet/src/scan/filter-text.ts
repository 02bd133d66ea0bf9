import type { FilterValue, TableFilter } from "@larder/core";

const signs = { eq: "=", ne: "≠", lt: "<", lte: "≤", gt: ">", gte: "≥" } as const;

/** A filter in words, for plans and errors: `delay > 60 and origin in (3 values)`. Long ones are cut short. */
export function filterText(filter: TableFilter): string {
  switch (filter.op) {
    case "and":
    case "or": {
      if (filter.filters.length === 0) return filter.op === "and" ? "all rows" : "no rows";
      const parts = filter.filters.slice(0, 8).map((part) => {
        const isMixed = (part.op === "and" || part.op === "or") && part.op !== filter.op && part.filters.length > 1;
        return isMixed ? `(${filterText(part)})` : filterText(part);
      });
      const more = filter.filters.length - parts.length;
      return [...parts, ...(more > 0 ? [`${more} more`] : [])].join(` ${filter.op} `);
    }
    case "not":
      return `not (${filterText(filter.filter)})`;
    case "isNull":
      return `${filter.column} is null`;
    case "isNotNull":
      return `${filter.column} is not null`;
    case "in":
      if (filter.values.length > 4) return `${filter.column} in (${filter.values.length} values)`;
      return `${filter.column} in (${filter.values.map(valueText).join(", ")})`;
    case "between":
      return `${filter.column} between ${valueText(filter.low)} and ${valueText(filter.high)}`;
    case "startsWith":
      return `${filter.column} starts with ${valueText(filter.prefix)}`;
    default:
      return `${filter.column} ${signs[filter.op]} ${valueText(filter.value)}`;
  }
}

function valueText(value: FilterValue): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid date" : value.toISOString();
  if (value instanceof Uint8Array) {
    const hex = Buffer.from(value.buffer, value.byteOffset, Math.min(value.byteLength, 16)).toString("hex");
    return `0x${hex}${value.byteLength > 16 ? "…" : ""}`;
  }
  return String(value);
}
