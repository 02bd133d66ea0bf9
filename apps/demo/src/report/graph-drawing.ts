import { Graph, layout } from "@dagrejs/dagre";
import type { ActGraph, ActNode } from "../act-protocol.js";
import { formatSeconds } from "../format-quantity.js";
import { signOf } from "./decision-style.js";
import { escapeHtml, shortened } from "./escape-html.js";

const nodeHeight = 44;
/** Characters of a name that are shown; the whole name is in the box's title. */
const nameLength = 24;
const inputHeight = 26;
const margin = 10;
/** A graph with more layers is drawn from top to bottom, as pages scroll that way. */
const layersFromLeftToRight = 9;

/**
 * The graph of a run as SVG, each node in the colour of its decision, with the decision and the time in words.
 *
 * @param title - what the picture is of, for those who can't see it
 */
export function drawGraph(graph: ActGraph, nodes: readonly ActNode[], title: string): string {
  const byName = new Map(nodes.map((node) => [node.node, node]));
  const placed = place(graph, boxWidth(graph, nodes));
  const { width = 0, height = 0 } = placed.graph() as { width?: number; height?: number };
  const edges = placed
    .edges()
    .map((edge: { v: string; w: string }) => drawEdge((placed.edge(edge) as { points: Point[] }).points));
  const boxes = [
    ...graph.inputs.map((input) => drawInput(input, placed.node(inputId(input)) as Box)),
    ...graph.nodes.map(({ name }) => drawNode(name, byName.get(name), placed.node(nodeId(name)) as Box)),
  ];
  const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
  return `<svg class="graph" role="img" ${size} aria-label="${escapeHtml(title)}" xmlns="http://www.w3.org/2000/svg">
<g class="edges">${edges.join("")}</g>
<g class="nodes">${boxes.join("\n")}</g>
</svg>`;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

// An input and a node may have the same name.
const inputId = (name: string) => `input ${name}`;
const nodeId = (name: string) => `node ${name}`;

/** One width for all nodes of a graph, so that the longest text fits. Widths of characters are those of a wide font. */
function boxWidth(graph: ActGraph, nodes: readonly ActNode[]): number {
  const names = graph.nodes.map(({ name }) => 8.4 * Math.min([...name].length, nameLength));
  const decisions = nodes.map((node) => 6.9 * decisionText(node).length);
  return 22 + Math.max(70, ...names, ...decisions);
}

function decisionText({ decision, seconds }: Pick<ActNode, "decision" | "seconds">): string {
  return `${signOf(decision)} ${decision}${seconds > 0 ? ` ${formatSeconds(seconds)}` : ""}`;
}

function place(graph: ActGraph, nodeWidth: number): Graph {
  const deep = layerCount(graph) > layersFromLeftToRight;
  const drawing = new Graph();
  drawing.setGraph({
    rankdir: deep ? "TB" : "LR",
    nodesep: 14,
    ranksep: deep ? 36 : 24,
    marginx: margin,
    marginy: margin,
  });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const input of graph.inputs) {
    const width = 24 + 7.2 * Math.min([...input].length, 20);
    drawing.setNode(inputId(input), { width, height: inputHeight });
  }
  for (const { name } of graph.nodes) drawing.setNode(nodeId(name), { width: nodeWidth, height: nodeHeight });
  const names = new Set(graph.nodes.map(({ name }) => name));
  for (const { from, to } of graph.edges) {
    // A node that seems to read itself reads the input of its name.
    drawing.setEdge(names.has(from) && from !== to ? nodeId(from) : inputId(from), nodeId(to));
  }
  layout(drawing);
  return drawing;
}

/** How many nodes lie on the longest way through the graph, its inputs included. */
function layerCount(graph: ActGraph): number {
  const layers = new Map<string, number>();
  // `nodes` come in an order in which they can run.
  for (const { name } of graph.nodes) {
    const parents = graph.edges.filter((edge) => edge.to === name).map((edge) => layers.get(edge.from) ?? 1);
    layers.set(name, 1 + Math.max(0, ...parents));
  }
  return Math.max(0, ...layers.values());
}

function drawEdge(points: readonly Point[]): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
  const end = points.at(-1)!;
  const before = points.at(-2) ?? end;
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  const head = `<path class="edge-head" d="M0 0L-7 -3.5L-7 3.5Z" transform="translate(${round(end.x)} ${round(end.y)}) rotate(${round(angle)})"/>`;
  return `<path class="edge" d="${path}"/>${head}`;
}

function drawInput(name: string, { x, y, width, height }: Box): string {
  return `<g class="input-node"><title>${escapeHtml(`input ${name}`)}</title>
<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${height}" rx="${height / 2}"/>
<text x="${round(x)}" y="${round(y + 4)}">${escapeHtml(shortened(name, 20))}</text></g>`;
}

function drawNode(name: string, node: ActNode | undefined, { x, y, width, height }: Box): string {
  const decision = node?.decision ?? "not-run";
  const told = decisionText({ decision, seconds: node?.seconds ?? 0 });
  const title = `${name}: ${told}${node === undefined || node.reason === "" ? "" : `, ${node.reason}`}`;
  const left = round(x - width / 2);
  return `<g class="node decision-${decision}" data-node="${escapeHtml(name)}" data-decision="${decision}"><title>${escapeHtml(title)}</title>
<rect x="${left}" y="${round(y - height / 2)}" width="${round(width)}" height="${height}" rx="6"/>
<text class="node-name" x="${left + 10}" y="${round(y - 4)}">${escapeHtml(shortened(name, nameLength))}</text>
<text class="node-decision" x="${left + 10}" y="${round(y + 13)}">${escapeHtml(told)}</text></g>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
