/**
 * Rows of texts as lines with aligned columns, two spaces in.
 *
 * @param right - the columns before this one are aligned to the right
 * @param left - of these, the first so many to the left all the same
 */
export function alignedLines(rows: readonly (readonly string[])[], right = 0, left = 0): string[] {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  return rows.map((row) =>
    `  ${row.map((text, at) => (at < right && at >= left ? text.padStart(widths[at]!) : text.padEnd(widths[at]!))).join("  ")}`.trimEnd(),
  );
}
