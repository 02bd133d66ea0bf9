import { formatBytes, formatCount, formatSeconds } from "@larder/app-shared";
import type { ActNode } from "./act-protocol.js";

const headings = ["node", "decision", "reason", "time", "saved", "rows", "size"];

/** The nodes of an act as lines of text: a heading, then one line per node, columns aligned. */
export function actTable(nodes: readonly ActNode[]): string[] {
  const rows = nodes.map((node) => [
    node.node,
    node.decision,
    node.reason,
    formatSeconds(node.seconds),
    formatSeconds(node.savedSeconds),
    formatCount(node.rows),
    formatBytes(node.bytes),
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => [...row[column]!].length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const padding = " ".repeat(widths[column]! - [...cell].length);
        // Quantities line up at the right.
        return column >= 3 ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd();
  return [line(headings), ...rows.map(line)].map((text) => `  ${text}`);
}
