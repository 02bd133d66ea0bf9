import { dotOf } from "./drawing/dot.js";
import type { DrawingOptions } from "./drawing/drawn-graph.js";
import { mermaidOf } from "./drawing/mermaid.js";
import type { FuncNode } from "./func-node.js";
import { orderNodes, type PipelineGraph, type WiredGraph, wireGraph } from "./graph.js";
import { type AsNodeOptions, type PipelineNode, pipelineAsNode } from "./nested/as-node.js";
import { takeApart } from "./nested/take-apart.js";
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
  /** In an order in which they can run; those of pipelines within are named `<pipeline>/<node>`. */
  readonly nodes: readonly FuncNode[];
  /** Names of what no node makes. */
  readonly inputs: readonly string[];
  /** Names of what no node reads: what a run returns unless told otherwise. */
  readonly finalOutputs: readonly string[];
  /** The graph as data, to be drawn. */
  graph(): PipelineGraph;
  /**
   * This pipeline as a node of another: it reads this one's inputs and makes one of its outputs. The pipeline around it
   * gets the nodes that lead to that output, each under the key it has here.
   *
   * @throws LarderError `unknown-output`, `unknown-input`, `invalid-node`
   */
  asNode<
    This extends Pipeline,
    const Output extends keyof PipelineOutputs<This> & string,
    const Names extends { readonly [K in keyof PipelineInputs<This>]?: string } = Record<never, never>,
    const As extends string = Output,
  >(
    this: This,
    options: AsNodeOptions<Output, Names & OnlyKeysOf<Names, PipelineInputs<This>>, As>,
  ): PipelineNode<This, Output, NoInfer<Names>, NoInfer<As>>;
  /** The graph in Mermaid, as Markdown pages show it; with `from`, in the colours of a run's report or of a plan. */
  toMermaid(options?: DrawingOptions): string;
  /** The graph in DOT, for Graphviz. */
  toDot(options?: DrawingOptions): string;
  /** The graph as a page that needs nothing else, for a browser. Beyond 2,000 nodes it lists them without a picture. */
  toHtml(options?: DrawingOptions): Promise<string>;
  /** For types only; never present. */
  readonly [pipelineTypes]?: { readonly inputs: Inputs; readonly outputs: Outputs; readonly finals: Finals };
}

/** Refuses keys that another type does not have. */
type OnlyKeysOf<Given, Known> = { readonly [K in keyof Given]: K extends keyof Known ? string : never };

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
    const all = takeApart(nodes);
    this.#wired = all === nodes ? wireGraph(orderNodes(nodes)) : wireGraph(orderNodes(all), nodes);
    this.nodes = this.#wired.nodes;
    this.inputs = this.#wired.inputs;
    this.finalOutputs = this.#wired.finalOutputs;
  }

  graph(): PipelineGraph {
    return this.#wired.describe();
  }

  toMermaid(options?: DrawingOptions): string {
    return mermaidOf(this.graph(), this.name, options);
  }

  toDot(options?: DrawingOptions): string {
    return dotOf(this.graph(), this.name, options);
  }

  async toHtml(options?: DrawingOptions): Promise<string> {
    // Most runs draw nothing, so the code of it is loaded when it is wanted.
    const { graphPage } = await import("./drawing/graph-page.js");
    return graphPage(this.graph(), this.name, options);
  }

  asNode(options: AsNodeOptions): never {
    // What it is was computed by the signature in the interface.
    return pipelineAsNode(this, options) as never;
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
