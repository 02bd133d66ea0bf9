import type { Pipeline } from "@larder/pipeline";
import { compute, type RandomInputs, type RandomNode, type Scene } from "./random-graph.js";

/**
 * What a cached run must do, written down without promises, digests or bytes: keys and values are text. It keeps what
 * was stored from run to run.
 */
export function createCacheModel() {
  const byKey = new Map<string, string>();
  const bySame = new Map<string, string>();

  return function run({ nodes, inputs, outputs }: Scene, pipeline: Pipeline): ReadonlySet<number> {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const didRun = new Set<number>();
    const keys = new Map<number, string>();
    const values = new Map<number, string>();
    const plain = plainValues(nodes, inputs);

    const own = (node: RandomNode) =>
      JSON.stringify([node.id, node.kind, node.salt, node.inputs.map((name) => [name, inputs[name]])]);
    const alwaysRuns = (node: RandomNode) => !node.cached || node.behavior === "recompute";

    function keyOf(node: RandomNode): string {
      let key = keys.get(node.id);
      if (key === undefined) {
        const parents = node.parents.map((id) => {
          const parent = byId.get(id)!;
          return alwaysRuns(parent) ? `v${textMadeBy(parent)}` : `k${keyOf(parent)}`;
        });
        key = JSON.stringify([own(node), parents]);
        keys.set(node.id, key);
      }
      return key;
    }

    /** The node's value as text, once it is known: its record is found, or it runs. */
    function textMadeBy(node: RandomNode): string {
      const known = values.get(node.id);
      if (known !== undefined) return known;
      const value = settle(node);
      values.set(node.id, value);
      return value;
    }

    function settle(node: RandomNode): string {
      if (!node.cached) return execute(node);
      const key = keyOf(node);
      if (node.behavior !== "recompute") {
        const found = byKey.get(key);
        if (found !== undefined) return found;
        const same = JSON.stringify([own(node), node.parents.map((id) => textMadeBy(byId.get(id)!))]);
        const alike = bySame.get(same);
        if (alike !== undefined) {
          byKey.set(key, alike);
          return alike;
        }
        const value = execute(node);
        byKey.set(key, value);
        bySame.set(same, value);
        return value;
      }
      const value = execute(node);
      byKey.set(key, value);
      return value;
    }

    function execute(node: RandomNode): string {
      for (const id of node.parents) textMadeBy(byId.get(id)!);
      didRun.add(node.id);
      return textOf(plain.get(node.id));
    }

    const wanted = new Set(outputs ?? pipeline.finalOutputs);
    const needed = nodes.filter(({ id }) => leadsTo(id, wanted, nodes));
    for (const node of needed) if (alwaysRuns(node)) textMadeBy(node);
    for (const node of needed) if (wanted.has(`v${node.id}`)) textMadeBy(node);
    return didRun;
  };
}

/** What every node makes without any cache. */
export function plainValues(nodes: readonly RandomNode[], inputs: RandomInputs): ReadonlyMap<number, unknown> {
  const values = new Map<number, unknown>();
  for (const node of nodes) {
    const args: Record<string, unknown> = {};
    for (const parent of node.parents) args[`v${parent}`] = values.get(parent);
    for (const name of node.inputs) args[name] = inputs[name];
    values.set(node.id, compute(node.kind, node.salt, args));
  }
  return values;
}

function textOf(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  return value === undefined ? "undefined" : JSON.stringify(value);
}

function leadsTo(id: number, wanted: ReadonlySet<string>, nodes: readonly RandomNode[]): boolean {
  return wanted.has(`v${id}`) || nodes.some((node) => node.parents.includes(id) && leadsTo(node.id, wanted, nodes));
}
