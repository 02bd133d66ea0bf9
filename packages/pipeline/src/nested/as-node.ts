import { LarderError } from "@larder/core";
import type { FuncNode } from "../func-node.js";
import { didYouMean } from "../nearest-name.js";
import type { Pipeline, PipelineInputs, PipelineOutputs } from "../pipeline.js";
import type { RenamedInputs } from "../wiring.js";

/** How a pipeline is to stand as a node of another. */
export interface AsNodeOptions<
  Output extends string = string,
  Names extends Readonly<Record<string, string | undefined>> = Readonly<Record<string, string | undefined>>,
  As extends string = string,
> {
  /** The one of its outputs that the node makes. */
  readonly output: Output;
  /** The name of that output outside. Default: the same. */
  readonly as?: As;
  /** Names of its inputs outside: `{ inner: "outer" }`. Default: the same. */
  readonly inputs?: Names;
  /** What the names of its nodes begin with: `<name>/<node>`. Default: the pipeline's name. */
  readonly name?: string;
}

/** A pipeline as a node: its inputs by their outer names, one of its outputs. */
export type PipelineNode<
  P extends Pipeline,
  Output extends keyof PipelineOutputs<P>,
  Names extends Readonly<Record<string, string | undefined>>,
  As extends string,
> = FuncNode<RenamedInputs<PipelineInputs<P>, Names>, As, PipelineOutputs<P>[Output]>;

/**
 * The node that stands for a pipeline.
 *
 * @throws LarderError `unknown-output`, `unknown-input`, `invalid-node`
 */
export function pipelineAsNode(pipeline: Pipeline, options: AsNodeOptions): FuncNode {
  const name = options.name ?? pipeline.name;
  const output = options.as ?? options.output;
  const outputs = pipeline.nodes.map((node) => node.output);
  if (!outputs.includes(options.output)) {
    throw new LarderError(
      `Pipeline '${pipeline.name}' makes no '${options.output}'.${didYouMean(options.output, outputs)}`,
      { code: "unknown-output", facts: { pipeline: pipeline.name, output: options.output, outputs } },
    );
  }
  for (const input of Object.keys(options.inputs ?? {})) {
    if (pipeline.inputs.includes(input)) continue;
    throw new LarderError(`Pipeline '${pipeline.name}' has no input '${input}'.${didYouMean(input, pipeline.inputs)}`, {
      code: "unknown-input",
      facts: { pipeline: pipeline.name, input, inputs: pipeline.inputs },
    });
  }
  const outerNames = new Map(pipeline.inputs.map((input) => [input, outerName(options.inputs, input)]));
  const inputs = [...new Set(outerNames.values())];
  for (const given of [name, output, ...inputs]) {
    if (typeof given === "string" && given !== "" && given !== "__proto__") continue;
    throw new LarderError(`Pipeline '${pipeline.name}' can't be a node: '${String(given)}' is no name.`, {
      code: "invalid-node",
      facts: { node: name, reason: "no name" },
    });
  }
  return Object.freeze({
    name,
    inputs: Object.freeze(inputs),
    output,
    cache: false,
    behavior: "default",
    options: Object.freeze({ name, inputs, output }),
    fn: () => {
      throw new LarderError(`'${name}' is a pipeline; give it to 'new Pipeline', which takes it apart.`, {
        code: "invalid-node",
        facts: { node: name },
      });
    },
    site: undefined,
    innerPipeline: { pipeline, output: options.output, outerNames },
  });
}

function outerName(names: Readonly<Record<string, string | undefined>> = {}, input: string): string {
  return Object.hasOwn(names, input) ? (names[input] ?? input) : input;
}
