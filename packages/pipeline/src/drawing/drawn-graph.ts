import type { GraphNode, PipelineGraph } from "../graph.js";
import { type DrawnDecision, signOf } from "./decision-style.js";
import { formatSeconds } from "./format-seconds.js";

/** What a drawing takes of a run's report or a plan: both are one of these. */
export interface DrawnRun {
  readonly nodes: readonly {
    readonly node: string;
    readonly decision: DrawnDecision;
    readonly reason: string;
    readonly seconds?: number;
  }[];
}

/** How a graph is drawn. */
export interface DrawingOptions {
  /** The report of a run, or a plan: nodes are drawn in the colours of its decisions. */
  readonly from?: DrawnRun;
  /** From left to right, or from top to bottom. Default: `LR`; in HTML, `TB` where the graph is deep. */
  readonly direction?: "LR" | "TB";
  /** What the picture is of. Default: the pipeline's name. */
  readonly title?: string;
}

/** A box of a drawing. */
export interface DrawnNode {
  /** Of letters and digits, unique in the drawing. */
  readonly id: string;
  /** In full. */
  readonly name: string;
  /** The name within its cluster. */
  readonly label: string;
  readonly decision: DrawnDecision | undefined;
  /** What is said of it beside its name, in words. */
  readonly told: string;
  /** All that is known, for those who point at it. */
  readonly title: string;
  /** Id of the cluster it lies in. */
  readonly cluster: string | undefined;
}

/** A pipeline within the pipeline, or within another such. */
export interface DrawnCluster {
  readonly id: string;
  readonly label: string;
  /** Id of the cluster around it. */
  readonly parent: string | undefined;
}

/** A graph to be drawn, with ids in the place of names, which may be anything. */
export interface DrawnGraph {
  readonly nodes: readonly DrawnNode[];
  readonly inputs: readonly { readonly id: string; readonly name: string }[];
  readonly clusters: readonly DrawnCluster[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly value: string }[];
}

/** What is to be drawn of a graph, and of a run of it. */
export function drawnGraph(graph: PipelineGraph, from?: DrawnRun): DrawnGraph {
  const said = new Map(from?.nodes.map((node) => [node.node, node]));
  const clusters = new Map<string, DrawnCluster>();
  const nodes = graph.nodes.map((node, index): DrawnNode => {
    const found = said.get(node.name);
    const told = found === undefined ? toldOf(node, from !== undefined) : decisionText(found);
    const of = node.output === node.name ? "" : ` (makes ${node.output})`;
    const reason = found === undefined || found.reason === "" ? "" : `, ${found.reason}`;
    return {
      id: `n${index}`,
      name: node.name,
      label: node.name.slice((node.within ?? []).reduce((length, name) => length + name.length + 1, 0)),
      decision: found?.decision,
      told,
      title: `${node.name}${of}: ${told}${reason}`,
      cluster: clusterOf(node.within ?? [], clusters),
    };
  });
  const idOfNode = new Map(nodes.map(({ name, id }) => [name, id]));
  const inputs = graph.inputs.map((name, index) => ({ id: `i${index}`, name }));
  const idOfInput = new Map(inputs.map(({ name, id }) => [name, id]));
  return {
    nodes,
    inputs,
    clusters: [...clusters.values()],
    edges: graph.edges.map(({ from, to, value }) => ({
      // A node may have the name of an input; a value is made by one of the two.
      from: (idOfInput.get(value) ?? idOfNode.get(from)) as string,
      to: idOfNode.get(to) as string,
      value,
    })),
  };
}

/** How a language writes what lies in a drawing. */
export interface Notation {
  box(node: DrawnNode): string;
  /** The lines before what lies in a cluster, indented as from the cluster's own. */
  opening(cluster: DrawnCluster): readonly string[];
  /** The line after it. */
  readonly closing: string;
}

/** The lines of the nodes and clusters that lie in a cluster, or, without one, in the drawing itself. */
export function linesWithin(
  drawn: DrawnGraph,
  notation: Notation,
  indent: string,
  cluster: string | undefined = undefined,
): string[] {
  return [
    ...drawn.nodes.filter((node) => node.cluster === cluster).map((node) => `${indent}${notation.box(node)}`),
    ...drawn.clusters
      .filter(({ parent }) => parent === cluster)
      .flatMap((inner) => [
        ...notation.opening(inner).map((line) => `${indent}${line}`),
        ...linesWithin(drawn, notation, `${indent}  `, inner.id),
        `${indent}${notation.closing}`,
      ]),
  ];
}

/** A decision in words: `✗ miss 1.20 s`. */
export function decisionText({ decision, seconds = 0 }: Omit<DrawnRun["nodes"][number], "node" | "reason">): string {
  return `${signOf(decision)} ${decision}${seconds > 0 ? ` ${formatSeconds(seconds)}` : ""}`;
}

/** What is said of a node that no decision was made on; `asked`: whether others had one. */
export function toldOf({ cache }: GraphNode, asked: boolean): string {
  if (asked) return "not asked for";
  return cache ? "cached" : "not cached";
}

/** The id of the innermost cluster of a path, made with those around it where it is new. */
function clusterOf(within: readonly string[], clusters: Map<string, DrawnCluster>): string | undefined {
  let parent: string | undefined;
  for (const [depth, label] of within.entries()) {
    const path = JSON.stringify(within.slice(0, depth + 1));
    let cluster = clusters.get(path);
    if (cluster === undefined) {
      cluster = { id: `c${clusters.size}`, label, parent };
      clusters.set(path, cluster);
    }
    parent = cluster.id;
  }
  return parent;
}
