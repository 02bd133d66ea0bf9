import { checkCache, checkEach } from "../check.js";
import type { CommandContext } from "../command-context.js";

/** Reads everything that is cached and compares it with its checksums. */
export async function run(context: CommandContext): Promise<number> {
  return checkEach(context, async ({ type }) =>
    type === "folio" ? (await import("../../folios/verify-folios.js")).verifyFolios : checkCache,
  );
}
