import type { FuncNode } from "./func-node.js";
import { orderNodes, type PipelineGraph, type WiredGraph, wireGraph } from "./graph.js";
import type { FinalOutputsOfNodes, InputsOfNodes, OutputsOfNodes, WiredNodes } from "./wiring.js";

declare const pipelineTypes: unique symbol;
const brand = Symbol.for("larder.pipeline");

/** What is declared of a pipeline, beside its nodes. */
export interface PipelineOptions {
  /** Joins the names under which signatures are kept, `<pipeline>/<node>`; no part of any key. Default: `pipeline`. */
  readonly name?: string;
}

/**
 * A directed acyclic graph of nodes. What no node makes is an input of the pipeline, demanded by `run`.
 * `Inputs` and `Outputs` map names to types; `Finals` are the names of the outputs that no node reads.
 */
export interface Pipeline<
  Inputs extends object = Readonly<Record<string, unknown>>,
  Outputs extends object = Readonly<Record<string, unknown>>,
  Finals extends string = string,
> {
  readonly name: string;
  /** In an order in which they can run. */
  readonly nodes: readonly FuncNode[];
  /** Names of what no node makes. */
  readonly inputs: readonly string[];
  /** Names of what no node reads: what a run returns unless told otherwise. */
  readonly finalOutputs: readonly string[];
  /** The graph as data, to be drawn. */
  graph(): PipelineGraph;
  /** For types only; never present. */
  readonly [pipelineTypes]?: { readonly inputs: Inputs; readonly outputs: Outputs; readonly finals: Finals };
}

/** Makes pipelines: `new Pipeline([load, clean], { name: "flights" })`. */
export interface PipelineConstructor {
  /**
   * Given as a literal array, nodes whose types don't fit fail to compile; given as an array of unknown length, names
   * are checked when the pipeline runs.
   *
   * @throws LarderError `duplicate-output`, `duplicate-name` or `cycle`, naming the nodes
   */
  new <const Nodes extends readonly FuncNode[]>(
    nodes: Nodes & WiredNodes<Nodes>,
    options?: PipelineOptions,
  ): Pipeline<InputsOfNodes<Nodes>, OutputsOfNodes<Nodes>, FinalOutputsOfNodes<Nodes>>;
}

class WiredPipeline implements Pipeline {
  readonly name: string;
  readonly nodes: readonly FuncNode[];
  readonly inputs: readonly string[];
  readonly finalOutputs: readonly string[];
  readonly [brand] = true;
  readonly #wired: WiredGraph;

  constructor(nodes: readonly FuncNode[], options: PipelineOptions = {}) {
    this.name = options.name ?? "pipeline";
    this.#wired = wireGraph(orderNodes(nodes));
    this.nodes = this.#wired.nodes;
    this.inputs = this.#wired.inputs;
    this.finalOutputs = this.#wired.finalOutputs;
  }

  graph(): PipelineGraph {
    return this.#wired.describe();
  }
}

Object.defineProperty(WiredPipeline, "name", { value: "Pipeline" });

// A class can't compute its own type parameters from the types of its constructor's arguments; a signature can.
export const Pipeline = WiredPipeline as unknown as PipelineConstructor;

/** Whether a value is a pipeline, also one from another copy of this package. */
export function isPipeline(value: unknown): value is Pipeline {
  return typeof value === "object" && value !== null && brand in value;
}

/** The inputs a pipeline demands, by name. */
export type PipelineInputs<P extends Pipeline> = NonNullable<P[typeof pipelineTypes]>["inputs"];

/** Everything a pipeline makes, by name. */
export type PipelineOutputs<P extends Pipeline> = NonNullable<P[typeof pipelineTypes]>["outputs"];

/** Names of what a run returns unless told otherwise. */
export type FinalOutputs<P extends Pipeline> = NonNullable<P[typeof pipelineTypes]>["finals"];
