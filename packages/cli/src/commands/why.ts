import { redactedJson } from "../output/redacted-json.js";
import { withRunner } from "../pipelines/open-runner.js";
import { wordsOfChange } from "../pipelines/tell-nodes.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { output, given } = context;
  return withRunner(context, { lookOnly: true }, async ({ runner, pipeline, inputs }) => {
    const node = given.argument("node");
    const names = node === undefined ? pipeline.nodes.map(({ name }) => name) : [node];
    const explanations = [];
    for (const name of names) explanations.push(redactedJson(await runner.why(pipeline, name, { inputs })));
    output.document({ pipeline: pipeline.name, nodes: explanations });
    for (const { node: name, decision, reason, because, unknownInputs } of explanations) {
      output.line(`${output.colours.bold(output.safe(name))}: ${decision}, ${output.safe(reason)}`);
      for (const change of because) output.line(`  ${output.safe(wordsOfChange(change))}`);
      if (unknownInputs.length > 0)
        output.line(`  not known: ${unknownInputs.map(output.safe).join(", ")} (give --input)`);
    }
    return exitCodes.done;
  });
}
