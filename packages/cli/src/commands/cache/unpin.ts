import { withItems } from "../../folios/cached-items.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const { output } = context;
  const unpinned = await withItems(context, (folios, { url, name }) => folios.unpin(url, name));
  output.document({ unpinned });
  for (const { item, url } of unpinned)
    output.line(`Unpinned ${output.safe(item)} of ${output.safe(url)}: it may be evicted.`);
  return exitCodes.done;
}
