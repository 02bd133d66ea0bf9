import type { PipelineGraph } from "../graph.js";
import { decisionStyles } from "./decision-style.js";
import { type DrawingOptions, type DrawnNode, drawnGraph, linesWithin, type Notation } from "./drawn-graph.js";
import { plainText } from "./plain-text.js";

/** A graph as a Mermaid flowchart. Mermaid itself refuses more than 500 edges unless its `maxEdges` is raised. */
export function mermaidOf(graph: PipelineGraph, name: string, options: DrawingOptions = {}): string {
  const drawn = drawnGraph(graph, options.from);
  const used = decisionStyles.filter(({ decision }) => drawn.nodes.some((node) => node.decision === decision));
  const lines = [
    "---",
    `title: ${frontMatterText(options.title ?? name)}`,
    "---",
    `flowchart ${options.direction ?? "LR"}`,
    ...drawn.inputs.map(({ id, name }) => `  ${id}([${labelOf(name)}])`),
    ...linesWithin(drawn, notation, "  "),
    ...drawn.edges.map(({ from, to }) => `  ${from} --> ${to}`),
    ...used.flatMap(({ decision, fill, edge }) => [
      `  classDef ${classOf(decision)} fill:${fill},stroke:${edge},color:#1d2733`,
      `  class ${idsOf(drawn.nodes.filter((node) => node.decision === decision))} ${classOf(decision)}`,
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

const notation: Notation = {
  box: ({ id, label, told }) => `${id}[${labelOf(label, told)}]`,
  opening: ({ id, label }) => [`subgraph ${id}[${labelOf(label)}]`],
  closing: "end",
};

/** `no-cache` and others as names of classes; the words of Mermaid are none of them. */
function classOf(decision: string): string {
  return `is-${decision}`;
}

function idsOf(nodes: readonly DrawnNode[]): string {
  return nodes.map(({ id }) => id).join(",");
}

function labelOf(...lines: readonly string[]): string {
  return `"${lines.map(escaped).join("<br/>")}"`;
}

/**
 * Mermaid looks for comments, directives, Markdown and styles in the whole text before it parses it, within quotes as
 * well. So whatever is no letter, digit or space is written by its number, but for a few signs that mean nothing there.
 */
function escaped(text: string): string {
  // Two dollar signs begin a formula, however they are written; what parts them here is not seen.
  const plain = plainText(text, 80).replace(/\$(?=\$)/g, "$\u200b");
  return plain.replace(
    /(?<![\p{L}\p{N}])[-./,]|[-./,](?![\p{L}\p{N}])|[^\p{L}\p{N} –✓✗○·…\-./,]/gu,
    (character) => `#${character.codePointAt(0)};`,
  );
}

/** Mermaid takes tags out of titles and shows entities as they are written, so these look the same and are neither. */
const lookalikes: Readonly<Record<string, string>> = { "<": "＜", ">": "＞", "&": "＆" };

/** A string of YAML that no search in the whole text finds anything in. */
function frontMatterText(text: string): string {
  const safe = plainText(text, 200).replace(/[<>&]/g, (character) => lookalikes[character]!);
  const units = safe.replace(
    /[^\p{L}\p{N} ]/gu,
    (character) => `\\U${character.codePointAt(0)!.toString(16).padStart(8, "0")}`,
  );
  return `"${units}"`;
}
