import { findCaches } from "../../caches/find-caches.js";
import { tellNoCaches } from "../../caches/tell-no-caches.js";
import { checkCache } from "../check.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

/** Reads everything that is cached and compares it with its checksums. */
export async function run(context: CommandContext): Promise<number> {
  const { output } = context;
  const caches = await findCaches(context);
  if (caches.length === 0 && !output.json) return tellNoCaches(context);
  const documents: object[] = [];
  let left = 0;
  for (const found of caches) {
    context.signal.throwIfAborted();
    const verify = found.type === "folio" ? (await import("../../folios/verify-folios.js")).verifyFolios : checkCache;
    const { document, unrepaired } = await verify(found, context);
    documents.push(document);
    left += unrepaired;
  }
  output.document({ caches: documents, unrepaired: left });
  return left > 0 ? exitCodes.problems : exitCodes.done;
}
