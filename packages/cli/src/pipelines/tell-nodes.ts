import type { ChangedPart, NodeReport, PlannedNode } from "@larder/pipeline";
import { formatSeconds } from "@larder/pipeline/drawing";
import { formatCount, formatSize } from "../output/format-quantity.js";
import type { Output } from "../output/output.js";

/** What became of nodes, or would. */
export function tellNodes(output: Output, nodes: readonly (NodeReport | PlannedNode)[]): void {
  output.table(
    [
      { title: "NODE", narrowsTo: 10 },
      { title: "DECISION" },
      { title: "WHY", narrowsTo: 10 },
      { title: "TOOK", align: "right", leftOut: 1 },
      { title: "SAVED", align: "right", leftOut: 2 },
      { title: "ROWS", align: "right", leftOut: 3 },
      { title: "SIZE", align: "right", leftOut: 4 },
    ],
    nodes.map((node) => [
      node.node,
      node.decision,
      [node.reason, ...node.because.map(wordsOfChange)].join("; "),
      "seconds" in node ? formatSeconds(node.seconds) : "–",
      formatSeconds(node.savedSeconds),
      formatCount(node.rows),
      formatSize(node.bytes),
    ]),
  );
}

/** One difference between then and now, in words. */
export function wordsOfChange(change: ChangedPart): string {
  switch (change.part) {
    case "code":
      return `code of ${change.declaration} in ${change.file}`;
    case "input":
      return `input ${change.path ?? change.name}`;
    case "capture":
      return `captured ${change.name}`;
    case "environment":
      return `environment variable ${change.variable}`;
    case "option":
      return `option ${change.option}`;
    case "parent":
      return `parent ${change.node}`;
  }
}
