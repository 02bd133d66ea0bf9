import { redactedJson } from "../output/redacted-json.js";
import { withRunner } from "../pipelines/open-runner.js";
import { tellNodes } from "../pipelines/tell-nodes.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  return withRunner(context, { lookOnly: true }, async ({ runner, pipeline, inputs }) => {
    const outputs = context.given.list("output");
    const plan = redactedJson(await runner.plan(pipeline, { inputs, ...(outputs.length > 0 && { outputs }) }));
    context.output.document(plan);
    tellNodes(context.output, plan.nodes);
    return exitCodes.done;
  });
}
