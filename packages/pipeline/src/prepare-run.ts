import { type Clock, LarderError } from "@larder/core";
import type { CacheConfig } from "./cache-config.js";
import type { CodeReader } from "./code-reader.js";
import { createEnvironmentHasher, readEnvironment } from "./environment-hash.js";
import { checkFile, type FileDigests } from "./file-digests.js";
import { filesWithin, isFileInput } from "./file-input.js";
import type { FuncNode } from "./func-node.js";
import { nodesLeadingTo } from "./graph.js";
import { type DigestedInput, digestInput } from "./input-digests.js";
import { didYouMean } from "./nearest-name.js";
import { identifyNode, type NodeIdentity } from "./node-identity.js";
import type { Pipeline } from "./pipeline.js";
import { type PreparedNode, prepareNodes } from "./prepared-node.js";
import type { RunWarning } from "./report.js";

/** The nodes a run needs, identified, with its inputs digested. */
export interface PreparedRun {
  /** In an order in which they can run. */
  readonly nodes: readonly PreparedNode[];
  readonly requested: readonly PreparedNode[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly digestedInputs: ReadonlyMap<string, DigestedInput>;
}

/** What was asked for, once its names are checked. */
export interface CheckedRequest {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: readonly string[];
}

/**
 * Checks the names of inputs and outputs.
 *
 * @throws LarderError `missing-input`, `unknown-input`, `unknown-output`
 */
export function checkRequest(
  pipeline: Pipeline,
  inputs: Readonly<Record<string, unknown>> = {},
  outputs: readonly string[] = pipeline.finalOutputs,
): CheckedRequest {
  const demanded = new Set(pipeline.inputs);
  const given = new Set(Object.keys(inputs));
  for (const name of given) {
    if (demanded.has(name)) continue;
    throw new LarderError(
      `Pipeline '${pipeline.name}' has no input '${name}'.${didYouMean(name, pipeline.inputs)} ${listOf("Its inputs", pipeline.inputs)}`,
      { code: "unknown-input", facts: { pipeline: pipeline.name, input: name, inputs: pipeline.inputs } },
    );
  }
  for (const name of pipeline.inputs) {
    if (given.has(name)) continue;
    const readers = pipeline.nodes.filter((node) => node.inputs.includes(name)).map((node) => node.name);
    const who =
      readers.length > 0 ? readers.map((reader) => `'${reader}'`).join(", ") : "a pipeline that is a node of it";
    const outputsMade = pipeline.nodes.map((node) => node.output);
    throw new LarderError(
      `Input '${name}' of pipeline '${pipeline.name}' is missing; ${who} needs it, and no node makes it. Pass it in 'inputs'.${didYouMean(name, outputsMade)}`,
      { code: "missing-input", facts: { pipeline: pipeline.name, input: name, nodes: readers } },
    );
  }
  const known = pipeline.nodes.map((node) => node.output);
  const made = new Set(known);
  for (const name of outputs) {
    if (made.has(name)) continue;
    throw new LarderError(
      `Pipeline '${pipeline.name}' makes no '${name}'.${didYouMean(name, known)} ${listOf("Its outputs", known)}`,
      { code: "unknown-output", facts: { pipeline: pipeline.name, output: name, outputs: known } },
    );
  }
  return { inputs: { ...inputs }, outputs: [...new Set(outputs)] };
}

function listOf(what: string, names: readonly string[]): string {
  if (names.length === 0) return `${what}: none.`;
  const shown = names.slice(0, 20).map((name) => `'${name}'`);
  return `${what}: ${shown.join(", ")}${names.length > shown.length ? ", …" : ""}.`;
}

/** Digests the inputs and identifies the nodes that the requested outputs need. Without caching, neither. */
export async function prepareRun(options: {
  readonly pipeline: Pipeline;
  readonly request: CheckedRequest;
  readonly config: CacheConfig;
  readonly codeReader: CodeReader | undefined;
  readonly fileDigests: FileDigests;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly warn: (warning: RunWarning) => void;
}): Promise<PreparedRun> {
  const { pipeline, request, config, codeReader, fileDigests, signal, warn } = options;
  const nodes = nodesLeadingTo(pipeline.nodes, request.outputs);
  const digestedInputs = new Map<string, DigestedInput>();
  const identities = new Map<FuncNode, NodeIdentity>();
  const needed = new Set(nodes.flatMap((node) => node.inputs));
  if (codeReader === undefined) {
    for (const name of pipeline.inputs) {
      const value = request.inputs[name];
      if (needed.has(name) && isFileInput(value)) await checkFile(value, name);
    }
    const off: NodeIdentity = { cached: false, reason: "caching is off" };
    for (const node of nodes) identities.set(node, off);
  } else {
    const read = new Set(nodes.filter((node) => node.cache).flatMap((node) => node.inputs));
    for (const name of pipeline.inputs) {
      const value = request.inputs[name];
      if (read.has(name)) digestedInputs.set(name, await digestInput(name, value, fileDigests, signal));
      else if (needed.has(name)) for (const file of filesWithin(value)) await checkFile(file, name);
    }
    const environment = readEnvironment(config);
    const sources = {
      pipelineName: pipeline.name,
      inputs: digestedInputs,
      environment,
      hashEnvironment: createEnvironmentHasher(environment),
      codeReader,
    };
    const identified = await Promise.all(nodes.map((node) => identifyNode(node, sources)));
    for (const [index, identity] of identified.entries()) {
      identities.set(nodes[index]!, identity);
      if (!identity.cached && identity.warning !== undefined) warn(identity.warning);
    }
  }
  const prepared = prepareNodes(nodes, identities);
  return {
    nodes: [...prepared.values()],
    requested: request.outputs.map((output) => prepared.get(output)!),
    inputs: request.inputs,
    digestedInputs,
  };
}
