import { LarderError } from "@larder/core";
import type { FuncNode } from "./func-node.js";

/** A pipeline's graph as data. */
export interface PipelineGraph {
  readonly nodes: readonly { readonly name: string; readonly output: string; readonly cache: boolean }[];
  /** From a node or an input of the pipeline to the node that reads it. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** Names of the pipeline's inputs. */
  readonly inputs: readonly string[];
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

/** What leads where, of nodes that are in order. */
export function wireGraph(nodes: readonly FuncNode[]): WiredGraph {
  const makers = makersByOutput(nodes);
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const inputs = [...read].filter((name) => !makers.has(name));
  return {
    nodes,
    inputs,
    finalOutputs: nodes.filter((node) => !read.has(node.output)).map((node) => node.output),
    describe: () => ({
      nodes: nodes.map(({ name, output, cache }) => ({ name, output, cache })),
      edges: nodes.flatMap((node) =>
        node.inputs.map((input) => ({ from: makers.get(input)?.name ?? input, to: node.name })),
      ),
      inputs,
    }),
  };
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
