import { changeItem } from "../folios/change-item.js";
import type { CommandContext } from "./command-context.js";

export async function run(context: CommandContext): Promise<number> {
  return changeItem(context, {
    question: (item, url) => `Delete ${item} from ${url} for everyone`,
    done: (item) => `Deleted ${item}.`,
    change: (folio, item) => folio.delete(item),
  });
}
