import { LarderError } from "@larder/core";
import { createEnvironmentHasher, readEnvironment } from "./environment-hash.js";
import { changedParts, inOuterNames } from "./explain.js";
import type { FuncNode } from "./func-node.js";
import { type DigestedInput, digestInput } from "./input-digests.js";
import { didYouMean } from "./nearest-name.js";
import { inputsOf } from "./nested/nesting.js";
import { type IdentitySources, identifyNode } from "./node-identity.js";
import { keyOfSignature } from "./node-keys.js";
import type { Pipeline } from "./pipeline.js";
import type { Explanation } from "./plan.js";
import { planPipeline } from "./plan-pipeline.js";
import type { ChangedPart } from "./report.js";
import type { RunnerParts } from "./run-pipeline.js";
import type { SignatureDetails } from "./signature-details.js";

/** Why a node would run now. Where inputs are missing, what they lead to is not compared, and said to be unknown. */
export async function explainNode(
  pipeline: Pipeline,
  node: FuncNode,
  inputs: Readonly<Record<string, unknown>>,
  parts: RunnerParts,
): Promise<Explanation> {
  for (const name of Object.keys(inputs)) {
    if (pipeline.inputs.includes(name)) continue;
    throw new LarderError(`Pipeline '${pipeline.name}' has no input '${name}'.${didYouMean(name, pipeline.inputs)}`, {
      code: "unknown-input",
      facts: { pipeline: pipeline.name, input: name },
    });
  }
  const missing = pipeline.inputs.filter((name) => !Object.hasOwn(inputs, name));
  if (missing.length > 0 && parts.store !== undefined) return explainPartly(pipeline, node, inputs, missing, parts);
  const { nodes } = await planPipeline(pipeline, { inputs, outputs: [node.output] }, parts);
  const planned = nodes.find((candidate) => candidate.node === node.name)!;
  const { decision, reason, because } = planned;
  return { node: node.name, decision, reason, because, unknownInputs: [] };
}

async function explainPartly(
  pipeline: Pipeline,
  target: FuncNode,
  inputs: Readonly<Record<string, unknown>>,
  missing: readonly string[],
  parts: RunnerParts,
): Promise<Explanation> {
  const digested = new Map<string, DigestedInput>();
  for (const [name, value] of Object.entries(inputs)) {
    digested.set(name, await digestInput(name, value, parts.fileDigests.readOnly));
  }
  const environment = readEnvironment(parts.config);
  const sources: IdentitySources = {
    pipelineName: pipeline.name,
    inputs: digested,
    environment,
    hashEnvironment: createEnvironmentHasher(environment),
    codeReader: parts.codeReader!,
  };
  const makers = new Map(pipeline.nodes.map((node) => [node.output, node]));
  const unknown = new Set<string>();
  const changes = new Map<FuncNode, readonly ChangedPart[]>();
  const notes = new Map<FuncNode, string>();
  // Parents come first in the pipeline's order, so each node finds what was said of its parents.
  for (const node of pipeline.nodes) {
    changes.set(node, await compare(node));
  }

  async function compare(node: FuncNode): Promise<readonly ChangedPart[]> {
    const identity = await identifyNode(node, sources);
    if (!identity.cached) {
      notes.set(node, identity.reason);
      return [];
    }
    const last = await parts.store!.signature(`${pipeline.name}/${node.name}`);
    const before = last === undefined ? undefined : await parts.store!.details(keyOfSignature(last));
    if (before === undefined) {
      notes.set(node, last === undefined ? "first run" : "no details are kept of the last run");
      return [];
    }
    const names = new Map(inputsOf(node).map(({ argument, name }) => [argument, name]));
    const known = (details: SignatureDetails["inputs"]) =>
      Object.fromEntries(Object.entries(details).filter(([argument]) => digested.has(names.get(argument) ?? argument)));
    const now = { ...identity.details(), parents: {} };
    const own = changedParts(
      { ...before, inputs: known(before.inputs), parents: {} },
      { ...now, inputs: known(now.inputs) },
    );
    const parents = node.inputs.flatMap((input): ChangedPart[] => {
      const parent = makers.get(input);
      if (parent === undefined || parent.behavior === "ignore") return [];
      return (changes.get(parent)?.length ?? 0) > 0 ? [{ part: "parent", node: parent.name }] : [];
    });
    return [...inOuterNames(own, node), ...parents];
  }

  const open = [target];
  for (const node of open) {
    for (const input of node.inputs) {
      const parent = makers.get(input);
      if (parent !== undefined && !open.includes(parent)) open.push(parent);
      if (missing.includes(input)) unknown.add(input);
    }
  }
  const because = changes.get(target)!;
  const note = notes.get(target);
  const ownChange = because.some(({ part }) => part !== "parent");
  const uncached = note !== undefined && note !== "first run" && !note.startsWith("no details");
  return {
    node: target.name,
    decision: uncached ? "no-cache" : ownChange ? "miss" : "depends",
    reason: note ?? (unknown.size > 0 ? `not given: ${[...unknown].join(", ")}` : "what is known is unchanged"),
    because,
    unknownInputs: [...unknown],
  };
}
