import type { Folio } from "@larder/folio";
import { exitCodes } from "../commands/command.js";
import type { CommandContext } from "../commands/command-context.js";
import { confirm } from "../output/confirm.js";
import { formatSize } from "../output/format-quantity.js";
import { withBundle } from "./open-bundle.js";

/** A change of one item of a bundle, for everyone who reads it. */
export interface ItemChange {
  /** What will be done, as the beginning of a question; `item` has its size in brackets. */
  question(item: string, url: string): string;
  /** What was done. */
  done(item: string): string;
  change(folio: Folio, item: string): Promise<unknown>;
}

/** Looks at the item that the command line names, asks, and changes it. */
export async function changeItem(context: CommandContext, { question, done, change }: ItemChange): Promise<number> {
  const { given, output } = context;
  const item = given.argument("item")!;
  return withBundle(given.argument("bundle")!, context, async (folio) => {
    const { kind, sizeBytes = null, isReference } = await folio.describe(item);
    const facts = { url: folio.url, item, kind, sizeBytes, wasReference: isReference };
    const told = `${item} (${kind}, ${formatSize(sizeBytes)})`;
    if (given.has("dry-run")) {
      output.line(`Would: ${output.safe(question(told, folio.url))}.`);
      output.document({ ...facts, dryRun: true, changed: false });
      return exitCodes.done;
    }
    if (!(await confirm(context, question(told, folio.url)))) {
      output.note("Nothing was changed.");
      output.document({ ...facts, dryRun: false, changed: false });
      return exitCodes.failed;
    }
    await change(folio, item);
    output.line(output.safe(done(told)));
    output.document({ ...facts, dryRun: false, changed: true });
    return exitCodes.done;
  });
}
