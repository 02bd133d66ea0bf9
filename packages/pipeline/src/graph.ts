import { LarderError } from "@larder/core";
import type { FuncNode } from "./func-node.js";

/** A pipeline's graph as data. */
export interface PipelineGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Names of the pipeline's inputs. */
  readonly inputs: readonly string[];
}

/** A node of a graph. */
export interface GraphNode {
  readonly name: string;
  readonly output: string;
  readonly cache: boolean;
  /** Names of the pipelines within the pipeline that it lies in, from the outermost; absent for a node of its own. */
  readonly within?: readonly string[];
}

/** A value on its way from the node that makes it, or from the inputs of the pipeline, to a node that reads it. */
export interface GraphEdge {
  /** Name of a node; where `value` is an input of the pipeline, that name. */
  readonly from: string;
  readonly to: string;
  /** Name of the value: no two things of a pipeline make a value of one name. */
  readonly value: string;
}

/** Nodes in an order in which they can run, with what leads where. */
export interface WiredGraph {
  readonly nodes: readonly FuncNode[];
  readonly inputs: readonly string[];
  readonly finalOutputs: readonly string[];
  describe(): PipelineGraph;
}

/**
 * Nodes with every parent before its children, otherwise in the order given.
 *
 * @throws LarderError `duplicate-output`, `duplicate-name` or `cycle`
 */
export function orderNodes(nodes: readonly FuncNode[]): readonly FuncNode[] {
  const makers = makersByOutput(nodes);
  const ordered: FuncNode[] = [];
  const state = new Map<FuncNode, "open" | "done">();
  for (const first of nodes) {
    // A stack of its own: a pipeline may be thousands of nodes deep.
    const stack: { node: FuncNode; next: number }[] = [{ node: first, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (state.get(top.node) === "done") {
        stack.pop();
        continue;
      }
      state.set(top.node, "open");
      const input = top.node.inputs[top.next++];
      if (input === undefined) {
        state.set(top.node, "done");
        ordered.push(top.node);
        stack.pop();
        continue;
      }
      const parent = makers.get(input);
      if (parent === undefined || state.get(parent) === "done") continue;
      if (state.get(parent) === "open")
        throw cycleError(
          stack.map((frame) => frame.node),
          parent,
        );
      stack.push({ node: parent, next: 0 });
    }
  }
  return ordered;
}

/**
 * What leads where, of nodes that are in order.
 *
 * @param declared - the same nodes before pipelines among them were taken apart: what is read and made on the outside
 */
export function wireGraph(nodes: readonly FuncNode[], declared: readonly FuncNode[] = nodes): WiredGraph {
  const makers = makersByOutput(nodes);
  const made = new Set(declared.map((node) => node.output));
  const read = new Set(declared.flatMap((node) => node.inputs));
  const inputs = [...read].filter((name) => !made.has(name));
  return {
    nodes,
    inputs,
    finalOutputs: declared.filter((node) => !read.has(node.output)).map((node) => node.output),
    describe: () => ({
      nodes: nodes.map(({ name, output, cache, nesting }) => ({
        name,
        output,
        cache,
        ...(nesting === undefined ? {} : { within: nesting.within }),
      })),
      edges: nodes.flatMap((node) =>
        [...new Set(node.inputs)].map((value) => ({ from: makers.get(value)?.name ?? value, to: node.name, value })),
      ),
      inputs,
    }),
  };
}

/** The nodes that lead to some outputs, of nodes that are in order; in that order. */
export function nodesLeadingTo(nodes: readonly FuncNode[], outputs: readonly string[]): readonly FuncNode[] {
  const wanted = new Set(outputs);
  const needed: FuncNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!wanted.has(node.output)) continue;
    needed.push(node);
    for (const input of node.inputs) wanted.add(input);
  }
  return needed.reverse();
}

function makersByOutput(nodes: readonly FuncNode[]): Map<string, FuncNode> {
  const makers = new Map<string, FuncNode>();
  const names = new Set<string>();
  for (const node of nodes) {
    const other = makers.get(node.output);
    if (other !== undefined) {
      throw new LarderError(
        `Nodes '${other.name}' and '${node.name}' both make '${node.output}'. Give one of them another output.`,
        { code: "duplicate-output", facts: { output: node.output, nodes: [other.name, node.name] } },
      );
    }
    if (names.has(node.name)) {
      throw new LarderError(`Two nodes are named '${node.name}'. Give one of them another name.`, {
        code: "duplicate-name",
        facts: { name: node.name },
      });
    }
    makers.set(node.output, node);
    names.add(node.name);
  }
  return makers;
}

function cycleError(open: readonly FuncNode[], again: FuncNode): LarderError {
  // `open` runs from a child to its parents: reversed, it reads in the direction in which values flow.
  const path = [...open.slice(open.indexOf(again)), again].reverse().map((node) => node.name);
  return new LarderError(
    `The nodes form a cycle: ${path.join(" → ")}. No order can run them; cut one of these inputs.`,
    {
      code: "cycle",
      facts: { path },
    },
  );
}
