import { changeItem } from "../folios/change-item.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  return changeItem(context, {
    question: (item, bundle) => `Copy the data of ${item} into ${bundle}`,
    done: (item) => `${item} is included now.`,
    change: (folio, item) => folio.convertToIncluded(item),
  });
}
