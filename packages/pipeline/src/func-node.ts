import type { DeclarationSite } from "./fingerprint/declaration-site.js";
import type { InnerPipeline, Nesting } from "./nested/nesting.js";

/** What a node's function gets beside its inputs. */
export interface NodeContext {
  /** Aborted when the run is aborted or the node's time is up. */
  readonly signal: AbortSignal;
  readonly nodeName: string;
  /** 1 for the first attempt, 2 for the first retry. */
  readonly attempt: number;
}

/**
 * How a cached node treats its cache.
 * - `default`: runs when no result is found.
 * - `recompute`: always runs, and stores.
 * - `disable`: always runs, never stores; the same as `cache: false`.
 * - `ignore`: left out of its children's keys: they stay hits whatever it makes.
 */
export type NodeBehavior = "default" | "recompute" | "disable" | "ignore";

/** What is declared of a node, beside its function. */
export interface FuncOptions<Inputs extends readonly string[] = readonly string[], Output extends string = string> {
  /** Default: the output's name. Unique within a pipeline. */
  readonly name?: string;
  /** Names of the values the function reads: outputs of other nodes, or inputs of the pipeline. */
  readonly inputs: Inputs;
  /** Name of the value the function makes. */
  readonly output: Output;
  /**
   * The one of `inputs` that is a list: the function gets one item of it under this name and makes one item of the output,
   * which is a list in the same order. Each item's result is cached for itself, and found again by the item's content.
   * What is given may be an array or a set. `retries`, `timeoutMs`, `concurrency` and `ttlSeconds` are those of an item.
   */
  readonly mapAxis?: Inputs[number];
  /** The property by which an item is named in failures; part of no key. Needs `mapAxis`. Default: items have numbers. */
  readonly keyAttribute?: string;
  /** Whether results are stored and found again. Default: `false`; with `behavior: "recompute"`, `true`. */
  readonly cache?: boolean;
  /** Default: `default`. */
  readonly behavior?: NodeBehavior;
  /** Counts as part of the code; takes its place where the code can't be read. */
  readonly version?: string;
  /**
   * Values the function captures from an enclosing function, by name, as they are when the node is declared. Without
   * this, a function that captures is not cached.
   */
  readonly captures?: Readonly<Record<string, unknown>>;
  /** Kept with each stored result. */
  readonly tags?: readonly string[];
  /** Seconds a stored result stays fresh, more than 0. Shortening it counts for results stored earlier. */
  readonly ttlSeconds?: number;
  /** Name of the codec that stores the result, such as `larder.structured.1`; joins the key. Default: by value. */
  readonly format?: string;
  /** Further attempts after a failure, at once. Default: 0. */
  readonly retries?: number;
  /** Milliseconds one attempt may take, more than 0, less than 2³¹ (24 days). Default: no limit. */
  readonly timeoutMs?: number;
  /** How many runs of this node may be under way at once in this process. Default: no limit. */
  readonly concurrency?: number;
  /**
   * `import.meta.url` of the module that declares the node at its top: a runner in mode `workers` runs it in a worker thread,
   * which imports that module. No part of the key.
   */
  readonly module?: string;
}

/** A node's function as the runner calls it. */
export type NodeFunction = (args: Readonly<Record<string, unknown>>, context: NodeContext) => unknown;

declare const nodeTypes: unique symbol;

/**
 * One function of a pipeline: what it needs and what it makes. Made by {@link func}, or of a whole pipeline by `asNode`.
 * `Wants` maps each input's name to its type, `Value` is the type of the output.
 */
export interface FuncNode<Wants extends object = object, Output extends string = string, Value = unknown> {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: Output;
  /** Whether results are stored. */
  readonly cache: boolean;
  readonly behavior: NodeBehavior;
  readonly options: FuncOptions;
  readonly fn: NodeFunction;
  /** Where the node was declared. */
  readonly site: DeclarationSite | undefined;
  /** The node as {@link func} made it, when this one has come out of a pipeline within another. */
  readonly declared?: FuncNode;
  /** What it keeps of that pipeline. */
  readonly nesting?: Nesting;
  /** The pipeline it stands for, until the pipeline around it is made. */
  readonly innerPipeline?: InnerPipeline;
  /** For types only; never present. */
  readonly [nodeTypes]?: { readonly wants: Wants; readonly value: Value };
}

/** Each input of a node with its type, as `{ name: type }`. */
export type WantsOf<Node extends FuncNode> = NonNullable<Node[typeof nodeTypes]>["wants"];

/** The type of what a node makes. */
export type ValueOf<Node extends FuncNode> = NonNullable<Node[typeof nodeTypes]>["value"];
