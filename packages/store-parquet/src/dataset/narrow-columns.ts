import type { JsonNarrower } from "./narrow-json.js";
import type { PartColumn } from "./part-record.js";

/** Narrows a list of columns. */
export function narrowColumns(value: unknown, narrow: JsonNarrower): PartColumn[] {
  return narrow.list(value, "columns").map((item) => {
    const { name, type, fitsDouble, metadata } = narrow.object(item, "column");
    return {
      name: narrow.text(name, "column's name"),
      type: narrow.text(type, "column's type"),
      ...(fitsDouble !== undefined && { fitsDouble: narrow.flag(fitsDouble, "column's fitsDouble") }),
      ...(metadata !== undefined && { metadata: textsByName(metadata, narrow) }),
    };
  });
}

function textsByName(value: unknown, narrow: JsonNarrower): Readonly<Record<string, string>> {
  const entries = Object.entries(narrow.object(value, "metadata"));
  return Object.fromEntries(entries.map(([name, text]) => [name, narrow.text(text, "metadata")]));
}
