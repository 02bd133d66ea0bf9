import { changeItem } from "../folios/change-item.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  const url = context.given.text("to");
  return changeItem(context, {
    question: (item, bundle) => `Let ${item} of ${bundle} only point at its data, for everyone`,
    done: (item) => `${item} is a reference now.`,
    change: (folio, item) => folio.convertToReference(item, url === undefined ? {} : { url }),
  });
}
