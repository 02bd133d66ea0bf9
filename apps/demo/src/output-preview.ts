import { inspect } from "node:util";
import { formatCount } from "@larder/app-shared";
import { isTable } from "./to-json-value.js";

/** An output in a few lines, for a person: text as it is, the first rows of a table, else as Node shows it. */
export function outputPreview(value: unknown): string {
  if (typeof value === "string") return limited(value);
  if (isTextAnswer(value)) return limited(value.text);
  if (isTable(value)) {
    const columns = value.schema.fields.map((field) => field.name).join(", ");
    const head = [...value.slice(0, 5)].map(
      (row) => `  ${inspect(row?.toJSON(), { breakLength: Number.POSITIVE_INFINITY })}`,
    );
    return [`${formatCount(value.numRows)} rows: ${columns}`, ...head].join("\n");
  }
  return limited(inspect(value, { depth: 4, maxArrayLength: 10, maxStringLength: 500, breakLength: 100 }));
}

function isTextAnswer(value: unknown): value is { text: string } {
  return typeof value === "object" && value !== null && "text" in value && typeof value.text === "string";
}

function limited(text: string): string {
  const lines = text.split("\n");
  return lines.length > 40 ? [...lines.slice(0, 40), `… ${lines.length - 40} more lines`].join("\n") : text;
}
