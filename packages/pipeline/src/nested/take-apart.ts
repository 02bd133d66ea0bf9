import { LarderError } from "@larder/core";
import type { FuncNode } from "../func-node.js";
import { nodesLeadingTo } from "../graph.js";
import { argumentName, declaredNode, type InnerPipeline } from "./nesting.js";

/** A node of an inner pipeline that is becoming one of the outer. */
interface Draft {
  /** As the inner pipeline has it. */
  readonly inner: FuncNode;
  /** Name of the pipeline as a node. */
  readonly prefix: string;
  readonly pipelineName: string;
  /** Each input: another draft, or a value of the outer pipeline by its name. */
  readonly reads: readonly (Draft | string)[];
  /** Its output's name outside, where the outer pipeline chose it. */
  chosenAs: string | undefined;
}

/**
 * The nodes of a pipeline, with every pipeline among them taken apart: its nodes are named `<pipeline>/<node>`, and so
 * are the values it keeps to itself. Nodes that would do the same to the same are there once, under the first name.
 *
 * @throws LarderError `duplicate-name`; `private-value` when a node reads what an inner pipeline keeps to itself
 */
export function takeApart(nodes: readonly FuncNode[]): readonly FuncNode[] {
  if (!nodes.some(isInner)) return nodes;
  const drafts: (Draft | FuncNode)[] = [];
  const alike = new Map<string, Draft>();
  const idOf = numbering();
  for (const node of nodes) {
    if (!isInner(node)) {
      drafts.push(node);
      continue;
    }
    const { pipeline, output, outerNames } = node.innerPipeline;
    const made = new Map<string, Draft>();
    for (const inner of nodesLeadingTo(pipeline.nodes, [output])) {
      const reads = inner.inputs.map((name) => made.get(name) ?? outerNames.get(name) ?? name);
      const pipelineName = inner.nesting?.pipelineName ?? pipeline.name;
      const id = JSON.stringify([
        idOf(declaredNode(inner)),
        pipelineName,
        reads.map((read) => (typeof read === "string" ? read : idOf(read))),
      ]);
      const chosenAs = inner.output === output ? node.output : undefined;
      const known = alike.get(id);
      if (known !== undefined && (chosenAs === undefined || known.chosenAs === undefined)) {
        known.chosenAs ??= chosenAs;
        made.set(inner.output, known);
        continue;
      }
      const draft: Draft = { inner, prefix: node.name, pipelineName, reads, chosenAs };
      if (known === undefined) alike.set(id, draft);
      made.set(inner.output, draft);
      drafts.push(draft);
    }
  }
  checkNames(drafts.filter(isDraft));
  checkPrivacy(nodes, drafts.filter(isDraft));
  return drafts.map((draft) => (isDraft(draft) ? finished(draft) : draft));
}

type Inner = FuncNode & { readonly innerPipeline: InnerPipeline };

function isInner(node: FuncNode): node is Inner {
  return node.innerPipeline !== undefined;
}

function isDraft(draft: Draft | FuncNode): draft is Draft {
  return "reads" in draft;
}

/** Numbers for objects, the same for the same object. */
function numbering(): (value: object) => number {
  const numbers = new Map<object, number>();
  return (value) => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
}

function nameOfValue({ prefix, inner, chosenAs }: Draft): string {
  return chosenAs ?? `${prefix}/${inner.output}`;
}

function finished(draft: Draft): FuncNode {
  const { inner, prefix, pipelineName, reads } = draft;
  return Object.freeze({
    ...inner,
    name: `${prefix}/${inner.name}`,
    inputs: Object.freeze(reads.map((read) => (typeof read === "string" ? read : nameOfValue(read)))),
    output: nameOfValue(draft),
    declared: declaredNode(inner),
    nesting: Object.freeze({
      pipelineName,
      within: Object.freeze([prefix, ...(inner.nesting?.within ?? [])]),
      argumentNames: Object.freeze(inner.inputs.map((_, index) => argumentName(inner, index))),
    }),
  });
}

/** Two pipelines of one name, or one on other inputs, would have nodes of one name. */
function checkNames(drafts: readonly Draft[]): void {
  const names = new Set<string>();
  for (const { prefix, inner } of drafts) {
    const name = `${prefix}/${inner.name}`;
    if (names.has(name)) {
      throw new LarderError(
        `Two nodes are named '${name}': two pipelines within are named '${prefix}', or one reads other inputs or has two names for an output. Name one of them: asNode({ name: … }).`,
        { code: "duplicate-name", facts: { name } },
      );
    }
    names.add(name);
  }
}

/** Whoever reads a value by its private name would read it by accident, or in spite of its types. */
function checkPrivacy(nodes: readonly FuncNode[], drafts: readonly Draft[]): void {
  const hidden = new Map(
    drafts.filter(({ chosenAs }) => chosenAs === undefined).map((draft) => [nameOfValue(draft), draft]),
  );
  for (const node of nodes) {
    for (const input of node.inputs) {
      const draft = hidden.get(input);
      if (draft === undefined) continue;
      throw new LarderError(
        `Node '${node.name}' reads '${input}', which the pipeline '${draft.prefix}' within keeps to itself. Choose it: asNode({ output: '${draft.inner.output}' }).`,
        { code: "private-value", facts: { node: node.name, input, pipeline: draft.prefix } },
      );
    }
  }
}
