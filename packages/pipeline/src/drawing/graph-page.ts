import type { PipelineGraph } from "../graph.js";
import { counted } from "../map/counted.js";
import { decisionStyles, meaningOf, signOf } from "./decision-style.js";
import { type DrawingOptions, type DrawnRun, drawnGraph, toldOf } from "./drawn-graph.js";
import { escapeHtml } from "./escape-html.js";
import { formatSeconds } from "./format-seconds.js";
import { graphStyle } from "./graph-style.js";
import { drawGraph } from "./graph-svg.js";

/** Laying out more takes minutes, and nobody could read it. */
const mostDrawn = { nodes: 2_000, edges: 5_000 };

/** A graph as a page that needs nothing else: no script, no network. A graph too large to be drawn is listed alone. */
export async function graphPage(graph: PipelineGraph, name: string, options: DrawingOptions = {}): Promise<string> {
  const title = options.title ?? name;
  const used = stylesUsed(graph, options.from);
  const decisions = used.map(({ style, amount }) => `${counted(amount)} ${style.decision}`).join(", ");
  const summary = `${count(graph.nodes.length, "node")}, ${count(graph.inputs.length, "input")}${decisions === "" ? "" : `: ${decisions}`}.`;
  const drawable = graph.nodes.length <= mostDrawn.nodes && graph.edges.length <= mostDrawn.edges;
  const picture = drawable
    ? `<div class="scroll" tabindex="0" role="region" aria-label="Graph">${await drawGraph(graph, { ...options, title: `${title}: ${summary}` })}</div>`
    : `<p>The graph is not drawn: it has ${count(graph.nodes.length, "node")} and ${count(graph.edges.length, "edge")}, and more than ${counted(mostDrawn.nodes)} or ${counted(mostDrawn.edges)} are too many for a page. <code>toDot()</code> gives it to Graphviz.</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${graphStyle}${pageStyle}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(summary)}</p>
${legend(used, options.from)}
<section class="card">${picture}</section>
<details${drawable ? "" : " open"}><summary>All nodes</summary><div class="scroll" tabindex="0" role="region" aria-label="Nodes">${table(graph, options.from)}</div></details>
</main>
</body>
</html>
`;
}

const pageStyle = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", "Liberation Sans", sans-serif; }
main { max-width: 90rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0.5rem 0; overflow-wrap: anywhere; }
p { margin: 0.25rem 0 0.75rem; max-width: 46rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { text-align: left; padding: 0.3rem 1rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media print { .card { break-inside: avoid; } }
`;

function count(amount: number, what: string): string {
  return `${counted(amount)} ${what}${amount === 1 ? "" : "s"}`;
}

/** Whether these are decisions of a plan: those of a run took time. */
function isPlan(from: DrawnRun): boolean {
  return from.nodes.every(({ seconds }) => seconds === undefined);
}

/** The decisions that nodes are drawn with, and how many nodes each. */
interface StyleUsed {
  readonly style: (typeof decisionStyles)[number];
  readonly amount: number;
}

function stylesUsed(graph: PipelineGraph, from: DrawnRun | undefined): readonly StyleUsed[] {
  const { nodes } = drawnGraph(graph, from);
  return decisionStyles
    .map((style) => ({ style, amount: nodes.filter(({ decision }) => decision === style.decision).length }))
    .filter(({ amount }) => amount > 0);
}

function legend(used: readonly StyleUsed[], from: DrawnRun | undefined): string {
  if (from === undefined || used.length === 0) return "";
  const items = used.map(
    ({ style }) =>
      `<li><span class="decision decision-${style.decision}">${style.sign}</span> ${meaningOf(style, isPlan(from))}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}

function table(graph: PipelineGraph, from: DrawnRun | undefined): string {
  const said = new Map(from?.nodes.map((node) => [node.node, node]));
  const reads = new Map<string, string[]>(graph.nodes.map(({ name }) => [name, []]));
  for (const { to, value } of graph.edges) reads.get(to)?.push(value);
  const rows = graph.nodes.map((node) => {
    const { name, output } = node;
    const found = said.get(name);
    const decision =
      found === undefined
        ? escapeHtml(toldOf(node, from !== undefined))
        : `<span class="decision decision-${found.decision}">${signOf(found.decision)} ${found.decision}</span>`;
    const cells = [reads.get(name)!.join(", "), output].map((text) => `<td>${escapeHtml(text)}</td>`).join("");
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells}<td>${decision}</td><td>${escapeHtml(found?.reason ?? "")}</td><td class="number">${formatSeconds(found?.seconds ?? 0)}</td></tr>`;
  });
  const headings = ["Node", "Reads", "Makes", "Decision", "Reason"].map((heading) => `<th scope="col">${heading}</th>`);
  return `<table><thead><tr>${headings.join("")}<th class="number" scope="col">Time</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table>`;
}
