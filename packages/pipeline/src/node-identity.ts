import { contentDigest } from "@larder/core";
import type { CodeReader } from "./code-reader.js";
import { type EnvironmentDetails, keyedOptions } from "./environment-hash.js";
import type { CodePart, FingerprintOutcome } from "./fingerprint/fingerprint-outcome.js";
import type { FuncNode, FuncOptions } from "./func-node.js";
import { type DigestedInput, digestValue } from "./input-digests.js";
import { declaredNode, inputsOf } from "./nested/nesting.js";
import { inputsHashOf, type OwnHashes } from "./node-keys.js";
import type { RunWarning } from "./report.js";
import type { InputDetails, SignatureDetails } from "./signature-details.js";

/** What a node is, apart from its parents; or why it is not cached in this run. */
export type NodeIdentity =
  | {
      readonly cached: true;
      readonly hashes: OwnHashes;
      /** Of a map: the hashes its items' keys are made of, in which the list has no part. */
      readonly items?: OwnHashes | undefined;
      details(): Omit<SignatureDetails, "parents">;
    }
  | {
      readonly cached: false;
      readonly reason: string;
      /** Of a map that has no key because something in its list can't be digested: the other items are cached all the same. */
      readonly items?: OwnHashes | undefined;
      readonly warning?: RunWarning;
    };

/** What identifying nodes needs, the same for all nodes of a run. */
export interface IdentitySources {
  readonly pipelineName: string;
  readonly inputs: ReadonlyMap<string, DigestedInput>;
  readonly environment: EnvironmentDetails;
  readonly hashEnvironment: (options: FuncOptions) => string;
  readonly codeReader: CodeReader;
}

/** Identifies a node by its code, the environment and the pipeline inputs it reads. */
export function identifyNode(node: FuncNode, sources: IdentitySources): NodeIdentity | Promise<NodeIdentity> {
  if (!node.cache) return { cached: false, reason: node.behavior === "disable" ? "behavior: disable" : "not cached" };
  const captured = digestCaptures(node);
  if ("cached" in captured) return captured;
  const inputs: [string, DigestedInput][] = [];
  for (const { argument, name } of inputsOf(node)) {
    const input = sources.inputs.get(name);
    if (input === undefined) continue;
    if (input.outcome.digest === undefined && argument !== node.options.mapAxis) {
      return undigestable(node, "input", input.outcome);
    }
    inputs.push([argument, input]);
  }
  const code = sources.codeReader.read(node);
  const identify = (outcome: FingerprintOutcome) => identityOf(node, outcome, inputs, captured.captures, sources);
  return code instanceof Promise ? code.then(identify) : identify(code);
}

function identityOf(
  node: FuncNode,
  outcome: FingerprintOutcome,
  inputs: readonly (readonly [string, DigestedInput])[],
  captures: readonly (readonly [string, string])[],
  sources: IdentitySources,
): NodeIdentity {
  const code = codeOf(node, outcome, sources.pipelineName);
  if ("cached" in code) return code;
  const { mapAxis } = node.options;
  const hashesOf = (counted: typeof inputs): OwnHashes => ({
    codeHash: code.hash,
    envHash: sources.hashEnvironment(node.options),
    inputsHash: inputsHashOf(
      counted.map(([name, input]) => [name, input.outcome.digest as string]),
      captures,
    ),
  });
  const items = mapAxis === undefined ? undefined : hashesOf(inputs.filter(([argument]) => argument !== mapAxis));
  const list = inputs.find(([argument]) => argument === mapAxis)?.[1];
  if (list !== undefined && list.outcome.digest === undefined) {
    const { reason } = undigestable(node, "input", list.outcome);
    return { cached: false, reason, items };
  }
  return {
    cached: true,
    hashes: hashesOf(inputs),
    items,
    details: () => ({
      code: code.parts.map(({ file, declaration, hash }) => [file, declaration, hash] as const),
      runtime: sources.environment.runtime,
      variables: sources.environment.variables,
      options: keyedOptions(node.options),
      inputs: Object.fromEntries(inputs.map(([name, input]) => [name, inputDetails(input)])),
      captures: Object.fromEntries(captures),
    }),
  };
}

function inputDetails(input: DigestedInput): InputDetails {
  const paths = input.paths();
  return { digest: input.outcome.digest as string, ...(paths === undefined ? {} : { paths }) };
}

/** Captured values are digested anew in each run: what they hold may have changed since the node was declared. */
function digestCaptures(node: FuncNode): { readonly captures: [string, string][] } | NodeIdentity {
  const captures: [string, string][] = [];
  for (const [name, value] of Object.entries(node.options.captures ?? {})) {
    const outcome = digestValue(value, name);
    if (outcome.digest === undefined) return undigestable(node, "captured variable", outcome);
    captures.push([name, outcome.digest]);
  }
  return { captures };
}

function undigestable(
  node: FuncNode,
  what: "input" | "captured variable",
  { path, message }: { readonly path: string; readonly message: string },
): Extract<NodeIdentity, { cached: false }> {
  return {
    cached: false,
    reason: `${what} '${path}' can't be digested`,
    warning: {
      code: what === "input" ? "undigestable-input" : "undigestable-capture",
      node: node.name,
      message: `Node '${node.name}' runs uncached: the ${what} '${path}' can't be digested. ${message}`,
    },
  };
}

function codeOf(
  node: FuncNode,
  outcome: FingerprintOutcome,
  pipelineName: string,
): { readonly hash: string; readonly parts: readonly CodePart[] } | NodeIdentity {
  if (outcome.readable) return outcome;
  // A version stands for code that has no readable source; what the source shows to be unsafe it can't vouch for.
  if (node.options.version !== undefined && outcome.code === "no-source") {
    // It vouches for this node alone, wherever its pipeline is nested: others may have chosen the same word.
    const vouched = JSON.stringify([
      "larder.version.1",
      node.nesting?.pipelineName ?? pipelineName,
      declaredNode(node).name,
      node.options.version,
      String(node.fn),
    ]);
    return { hash: contentDigest(new TextEncoder().encode(vouched)), parts: [] };
  }
  return {
    cached: false,
    reason: outcome.code.replaceAll("-", " "),
    warning: { code: outcome.code, node: node.name, message: `Node '${node.name}' runs uncached: ${outcome.message}` },
  };
}
