import type { FuncNode, ValueOf, WantsOf } from "./func-node.js";

// Everything here maps over the union of the nodes once: no recursion over the tuple, so that wiring hundreds of nodes
// stays cheap for the compiler.

/** Whether names are known to the compiler: the nodes are a tuple, and each output a literal. */
type IsLiteral<Nodes extends readonly FuncNode[]> = number extends Nodes["length"]
  ? false
  : string extends Nodes[number]["output"]
    ? false
    : true;

/** One input of one node. */
interface Want {
  readonly name: string;
  readonly type: unknown;
}

/** Every input of every node, as a union. */
type WantsOfAll<Node extends FuncNode> = Node extends FuncNode
  ? { [K in keyof WantsOf<Node> & string]: { readonly name: K; readonly type: WantsOf<Node>[K] } }[keyof WantsOf<Node> &
      string]
  : never;

/** The names all nodes read. */
type WantedNames<Node extends FuncNode> = Node extends FuncNode ? keyof WantsOf<Node> & string : never;

/** The type that suits every one of some inputs of one name: the intersection of theirs. */
type TypeForAll<Wants extends Want> = (Wants extends Want ? (value: Wants["type"]) => void : never) extends (
  value: infer Value,
) => void
  ? Value
  : never;

/** What each node makes, by name. */
export type OutputsOfNodes<Nodes extends readonly FuncNode[]> =
  IsLiteral<Nodes> extends false
    ? Readonly<Record<string, unknown>>
    : { readonly [Node in Nodes[number] as Node["output"]]: ValueOf<Node> };

/**
 * What no node makes, by name: the inputs of the pipeline. An input that several nodes read must suit each of them, so
 * its type is the intersection of theirs.
 */
export type InputsOfNodes<Nodes extends readonly FuncNode[]> =
  IsLiteral<Nodes> extends false
    ? Readonly<Record<string, unknown>>
    : UnmadeOf<WantsOfAll<Nodes[number]>, Nodes[number]["output"]>;

// Wants of one name meet in one property, whose `W` is their union.
type UnmadeOf<Wants extends Want, Made extends string> = {
  readonly [W in Wants as Exclude<W["name"], Made>]: TypeForAll<W>;
};

/** Inputs by the names they have outside, `{ inner: "outer" }`. Those of one name must suit each of them. */
export type RenamedInputs<Inputs, Names extends Readonly<Record<string, string | undefined>>> = UnmadeOf<
  {
    [K in keyof Inputs & string]: {
      readonly name: K extends keyof Names ? (Names[K] extends string ? Names[K] : K) : K;
      readonly type: Inputs[K];
    };
  }[keyof Inputs & string],
  never
>;

/** Names of what no node reads: what a run returns unless told otherwise. */
export type FinalOutputsOfNodes<Nodes extends readonly FuncNode[]> =
  IsLiteral<Nodes> extends false
    ? string
    : string extends WantedNames<Nodes[number]>
      ? Nodes[number]["output"]
      : Exclude<Nodes[number]["output"], WantedNames<Nodes[number]>>;

/** The nodes themselves, with an error type in the place of each that reads a value of another type than is made. */
export type WiredNodes<Nodes extends readonly FuncNode[]> =
  IsLiteral<Nodes> extends false
    ? unknown
    : { readonly [I in keyof Nodes]: WiredNode<Nodes[I], OutputsOfNodes<Nodes>> };

type WiredNode<Node extends FuncNode, Made> = [UnsuitedInputs<WantsOf<Node>, Made>] extends [never]
  ? Node
  : { readonly "this node reads a value of another type than is made": UnsuitedInputs<WantsOf<Node>, Made> };

type UnsuitedInputs<Wants, Made> = {
  [K in keyof Wants & keyof Made]: [Made[K]] extends [Wants[K]] ? never : K;
}[keyof Wants & keyof Made];
