import { withItems } from "../../folios/cached-items.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { output } = context;
  const pinned = await withItems(context, (folios, { url, name }) => folios.pin(url, name));
  output.document({ pinned });
  for (const { item, url } of pinned)
    output.line(`Pinned ${output.safe(item)} of ${output.safe(url)}: it is not evicted.`);
  return exitCodes.done;
}
