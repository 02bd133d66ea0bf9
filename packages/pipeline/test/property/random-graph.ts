import { type FuncNode, func, Pipeline } from "@larder/pipeline";
import fc from "fast-check";

/** How a node of a random graph makes a number of what it reads. Most lose something, so that early cut-offs happen. */
export type Kind = "sum" | "parity" | "sign" | "constant" | "list" | "nothing";

export interface RandomNode {
  readonly id: number;
  /** Ids of earlier nodes. */
  readonly parents: readonly number[];
  /** Names of pipeline inputs. */
  readonly inputs: readonly string[];
  readonly kind: Kind;
  /** Stands for the code: another salt is another function. */
  readonly salt: number;
  readonly cached: boolean;
  readonly behavior: "default" | "recompute";
}

export type RandomInputs = Readonly<Record<string, number>>;

export const inputNames = ["x", "y", "z"] as const;
const kinds: readonly Kind[] = ["sum", "parity", "sign", "constant", "list", "nothing"];

/** Ids of nodes in the order in which they ran. */
export const ran: number[] = [];

function numberOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + numberOf(item), 1);
  return typeof value === "number" ? value : 7;
}

/** What a node of this kind makes. */
export function compute(kind: Kind, salt: number, args: Readonly<Record<string, unknown>>): unknown {
  const numbers = Object.keys(args)
    .sort()
    .map((name, index) => numberOf(args[name]) * (index + 1));
  const sum = numbers.reduce((total, number) => total + number, salt);
  if (kind === "sum") return sum;
  if (kind === "parity") return sum % 2;
  if (kind === "sign") return Math.sign(sum - 20);
  if (kind === "constant") return null;
  if (kind === "list") return numbers.map((number) => number % 3);
  return undefined;
}

export function buildPipeline(nodes: readonly RandomNode[]): Pipeline {
  return new Pipeline(nodes.map(buildNode), { name: "random" });
}

/** Nodes declared so far: reading the code of each once is enough. */
const declared = new Map<string, FuncNode>();

function buildNode(node: RandomNode): FuncNode {
  const { id, parents, inputs, kind, salt, cached, behavior } = node;
  const text = JSON.stringify(node);
  const known = declared.get(text);
  if (known !== undefined) return known;
  const made = func(
    {
      name: `node-${id}`,
      inputs: [...parents.map((parent) => `v${parent}`), ...inputs],
      output: `v${id}`,
      cache: cached,
      behavior: cached ? behavior : "default",
      captures: { id, kind, salt },
    },
    (args: Readonly<Record<string, unknown>>) => {
      ran.push(id);
      return compute(kind, salt, args);
    },
  );
  declared.set(text, made);
  return made;
}

/** Graphs of up to `size` nodes. */
export function randomGraphs(
  size: number,
  options: { readonly cachedOnly?: boolean } = {},
): fc.Arbitrary<RandomNode[]> {
  const node = fc.record({
    parents: fc.uniqueArray(fc.nat(size - 1), { maxLength: 3 }),
    inputs: fc.subarray([...inputNames], { maxLength: 2 }),
    kind: fc.constantFrom(...kinds),
    salt: fc.nat(2),
    cached: options.cachedOnly === true ? fc.constant(true) : fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
    behavior: fc
      .integer({ min: 0, max: 5 })
      .map((n) => (n === 0 && options.cachedOnly !== true ? "recompute" : "default")),
  });
  return fc.array(node, { minLength: 1, maxLength: size }).map((nodes) =>
    nodes.map(
      (raw, id): RandomNode => ({
        ...raw,
        id,
        behavior: raw.behavior as RandomNode["behavior"],
        parents: raw.parents.filter((parent) => parent < id),
      }),
    ),
  );
}

/** One change between two runs. */
export type Change =
  | { readonly change: "input"; readonly name: string; readonly value: number }
  | { readonly change: "code"; readonly id: number; readonly salt: number }
  | { readonly change: "outputs"; readonly ids: readonly number[] | undefined }
  | { readonly change: "nothing" };

export const randomChanges: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ change: fc.constant("input" as const), name: fc.constantFrom(...inputNames), value: fc.nat(4) }),
  fc.record({ change: fc.constant("code" as const), id: fc.nat(11), salt: fc.nat(3) }),
  fc.record({
    change: fc.constant("outputs" as const),
    ids: fc.option(fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 3 }), { nil: undefined }),
  }),
  fc.constant({ change: "nothing" as const }),
);

/** What is run, after changes. */
export interface Scene {
  readonly nodes: readonly RandomNode[];
  readonly inputs: RandomInputs;
  readonly outputs: readonly string[] | undefined;
}

export function applyChange(scene: Scene, change: Change): Scene {
  if (change.change === "input") return { ...scene, inputs: { ...scene.inputs, [change.name]: change.value } };
  if (change.change === "code") {
    const nodes = scene.nodes.map((node) => (node.id === change.id ? { ...node, salt: change.salt } : node));
    return { ...scene, nodes };
  }
  if (change.change === "outputs") {
    const made = new Set(scene.nodes.map(({ id }) => id));
    const outputs = change.ids?.filter((id) => made.has(id)).map((id) => `v${id}`);
    return { ...scene, outputs: outputs === undefined || outputs.length === 0 ? undefined : outputs };
  }
  return scene;
}

/** The inputs a pipeline demands. */
export function demanded(pipeline: Pipeline, inputs: RandomInputs): Record<string, unknown> {
  return Object.fromEntries(pipeline.inputs.map((name) => [name, inputs[name]]));
}
