import type { Graph } from "@dagrejs/dagre";
import type { PipelineGraph } from "../graph.js";
import { type DrawingOptions, type DrawnGraph, type DrawnNode, drawnGraph } from "./drawn-graph.js";
import { escapeHtml, shortened } from "./escape-html.js";

const nodeHeight = 44;
/** Characters of a name that are shown; the whole name is in the box's title. */
const nameLength = 24;
const inputHeight = 26;
const margin = 10;
/** A graph with more layers is drawn from top to bottom, as pages scroll that way. */
const layersFromLeftToRight = 9;
/** As many nodes are laid out with care. */
const fewNodes = 150;

/**
 * A graph as SVG, each node in the colour of its decision, with the decision and the time in words. Its colours are
 * those of `graphStyle`, which belongs into the page around it.
 *
 * @param options - `title` says what the picture is of, for those who can't see it
 */
export async function drawGraph(graph: PipelineGraph, options: DrawingOptions = {}): Promise<string> {
  const { Graph, layout } = await import("@dagrejs/dagre");
  const drawn = drawnGraph(graph, options.from);
  const placed = place(drawn, new Graph({ compound: true }), options.direction);
  layout(placed);
  const { width = 0, height = 0 } = placed.graph() as { width?: number; height?: number };
  const edges = placed
    .edges()
    .map((edge: { v: string; w: string }) => drawEdge((placed.edge(edge) as { points: Point[] }).points));
  const boxes = [
    ...drawn.inputs.map(({ id, name }) => drawInput(name, placed.node(id) as Box)),
    ...drawn.nodes.map((node) => drawNode(node, placed.node(node.id) as Box)),
  ];
  const clusters = drawn.clusters.map(({ id, label }) => drawCluster(label, placed.node(id) as Box));
  const size = `width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}"`;
  return `<svg class="graph" role="img" ${size} aria-label="${escapeHtml(options.title ?? "Graph of a pipeline")}" xmlns="http://www.w3.org/2000/svg">
<g class="clusters">${clusters.join("\n")}</g>
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

/** One width for all nodes of a graph, so that the longest text fits. Widths of characters are those of a wide font. */
function boxWidth(nodes: readonly DrawnNode[]): number {
  let width = 70;
  for (const { label, told } of nodes) {
    width = Math.max(width, 8.4 * Math.min([...label].length, nameLength), 6.9 * told.length);
  }
  return 22 + width;
}

function place(drawn: DrawnGraph, drawing: Graph, direction: DrawingOptions["direction"]): Graph {
  const deep = layerCount(drawn) > layersFromLeftToRight;
  drawing.setGraph({
    rankdir: direction ?? (deep ? "TB" : "LR"),
    nodesep: 14,
    ranksep: deep ? 36 : 24,
    // The one gives shorter edges, the other is done in seconds with a thousand nodes.
    ranker: drawn.nodes.length <= fewNodes ? "network-simplex" : "tight-tree",
    marginx: margin,
    marginy: margin,
  });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const { id, name } of drawn.inputs) {
    drawing.setNode(id, { width: 24 + 7.2 * Math.min([...name].length, 20), height: inputHeight });
  }
  const width = boxWidth(drawn.nodes);
  for (const { id } of drawn.nodes) drawing.setNode(id, { width, height: nodeHeight });
  for (const { id } of drawn.clusters) drawing.setNode(id, {});
  for (const { id, parent } of drawn.clusters) if (parent !== undefined) drawing.setParent(id, parent);
  for (const { id, cluster } of drawn.nodes) if (cluster !== undefined) drawing.setParent(id, cluster);
  for (const { from, to } of drawn.edges) drawing.setEdge(from, to);
  return drawing;
}

/** How many nodes lie on the longest way through the graph, its inputs included. */
function layerCount({ nodes, edges }: DrawnGraph): number {
  const parents = new Map<string, string[]>();
  for (const { from, to } of edges) {
    const known = parents.get(to);
    if (known === undefined) parents.set(to, [from]);
    else known.push(from);
  }
  const layers = new Map<string, number>();
  let most = 0;
  // `nodes` come in an order in which they can run.
  for (const { id } of nodes) {
    let before = 0;
    for (const parent of parents.get(id) ?? []) before = Math.max(before, layers.get(parent) ?? 1);
    layers.set(id, before + 1);
    most = Math.max(most, before + 1);
  }
  return most;
}

function drawEdge(points: readonly Point[]): string {
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
  const end = points.at(-1)!;
  const before = points.at(-2) ?? end;
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  const head = `<path class="edge-head" d="M0 0L-7 -3.5L-7 3.5Z" transform="translate(${round(end.x)} ${round(end.y)}) rotate(${round(angle)})"/>`;
  return `<path class="edge" d="${path}"/>${head}`;
}

function drawCluster(label: string, { x, y, width, height }: Box): string {
  const [left, top] = [round(x - width / 2), round(y - height / 2)];
  const shown = shortened(label, Math.max(3, Math.floor(width / 7.5)));
  return `<g class="cluster"><title>${escapeHtml(label)}</title>
<rect x="${left}" y="${top}" width="${round(width)}" height="${round(height)}" rx="8"/>
<text x="${left + 8}" y="${top + 14}">${escapeHtml(shown)}</text></g>`;
}

function drawInput(name: string, { x, y, width, height }: Box): string {
  return `<g class="input-node"><title>${escapeHtml(`input ${name}`)}</title>
<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${height}" rx="${height / 2}"/>
<text x="${round(x)}" y="${round(y + 4)}">${escapeHtml(shortened(name, 20))}</text></g>`;
}

function drawNode({ name, label, told, title, decision }: DrawnNode, { x, y, width, height }: Box): string {
  const left = round(x - width / 2);
  const word = decision ?? "none";
  return `<g class="node decision-${word}" data-node="${escapeHtml(name)}" data-decision="${word}"><title>${escapeHtml(title)}</title>
<rect x="${left}" y="${round(y - height / 2)}" width="${round(width)}" height="${height}" rx="6"/>
<text class="node-name" x="${left + 10}" y="${round(y - 4)}">${escapeHtml(shortened(label, nameLength))}</text>
<text class="node-decision" x="${left + 10}" y="${round(y + 13)}">${escapeHtml(told)}</text></g>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
