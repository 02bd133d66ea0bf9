import type { PipelineGraph } from "../graph.js";
import { decisionStyles } from "./decision-style.js";
import { type DrawingOptions, type DrawnNode, drawnGraph, linesWithin, type Notation } from "./drawn-graph.js";
import { plainText } from "./plain-text.js";

/** A graph in the language of Graphviz. */
export function dotOf(graph: PipelineGraph, name: string, options: DrawingOptions = {}): string {
  const drawn = drawnGraph(graph, options.from);
  const lines = [
    "digraph pipeline {",
    `  graph [rankdir=${options.direction ?? "LR"}, label=${quoted(options.title ?? name)}, labelloc=t, fontname="Helvetica"];`,
    `  node [shape=box, style="rounded,filled", fillcolor="#ffffff", color="#52606d", fontcolor="#1d2733", fontname="Helvetica"];`,
    `  edge [color="#52606d"];`,
    ...drawn.inputs.map(
      ({ id, name }) => `  ${id} [label=${quoted(name)}, tooltip=${quoted(`input ${name}`)}, shape=ellipse, style=""];`,
    ),
    ...linesWithin(drawn, notation, "  "),
    ...drawn.edges.map(({ from, to, value }) => `  ${from} -> ${to} [tooltip=${quoted(value)}];`),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

const notation: Notation = {
  box: boxOf,
  opening: ({ id, label }) => [`subgraph cluster_${id} {`, `  label=${quoted(label)}; color="#587096"; style=rounded;`],
  closing: "}",
};

function boxOf({ id, label, told, title, decision }: DrawnNode): string {
  const style = decisionStyles.find((known) => known.decision === decision);
  const colours = style === undefined ? "" : `, fillcolor="${style.fill}", color="${style.edge}"`;
  return `${id} [label="${escaped(label)}\\n${escaped(told)}", tooltip=${quoted(title)}${colours}];`;
}

function quoted(text: string): string {
  return `"${escaped(text, 400)}"`;
}

/** Within quotes, a backslash begins an escape, and an ampersand an entity. */
function escaped(text: string, length = 80): string {
  return plainText(text, length).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("&", "&amp;");
}
