import type { FuncNode } from "../func-node.js";
import type { Pipeline } from "../pipeline.js";

/** What a node of an inner pipeline keeps of it, once it is a node of an outer one. */
export interface Nesting {
  /** Name of the pipeline it was declared in. */
  readonly pipelineName: string;
  /** Names of the pipelines it lies in, from the outermost. */
  readonly within: readonly string[];
  /** What its function calls its inputs, in the order of the node's `inputs`. */
  readonly argumentNames: readonly string[];
}

/** A pipeline that stands as one node, until the pipeline around it is made. */
export interface InnerPipeline {
  readonly pipeline: Pipeline;
  /** The one of its outputs that the node makes. */
  readonly output: string;
  /** From a name of its inputs to the name outside. */
  readonly outerNames: ReadonlyMap<string, string>;
}

/** The node as `func` made it: the same wherever it is nested. */
export function declaredNode(node: FuncNode): FuncNode {
  return node.declared ?? node;
}

/** What a node's function calls its input of this index. */
export function argumentName(node: FuncNode, index: number): string {
  return node.nesting?.argumentNames[index] ?? (node.inputs[index] as string);
}

/** Each input of a node: what its function calls it, and the value of the pipeline that it is. */
export function inputsOf(node: FuncNode): readonly { readonly argument: string; readonly name: string }[] {
  return node.inputs.map((name, index) => ({ argument: argumentName(node, index), name }));
}
