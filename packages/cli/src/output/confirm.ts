import { createInterface } from "node:readline/promises";
import type { CommandContext } from "../commands/command-context.js";
import { UsageError } from "../failures/usage-error.js";

/**
 * Asks before something is removed. Without a terminal nobody can be asked: then `--yes` is needed.
 *
 * @param what - what will be done, as a question's beginning: `Remove 12 items (1.2 GiB) of s3://lab/data`
 * @returns whether to go on
 * @throws UsageError `confirmation-needed`; the reason of the signal
 */
export async function confirm({ given, surroundings, signal, output }: CommandContext, what: string): Promise<boolean> {
  if (given.has("yes")) return true;
  const { stdin, stderr } = surroundings;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    const message = `${what}? Nobody can be asked here: say --yes if you mean it, or --dry-run to see what would go. Nothing was changed.`;
    throw new UsageError(message, {}, "confirmation-needed");
  }
  // As a program that reads lines: the terminal itself turns Ctrl-C into a signal.
  const lines = createInterface({ input: stdin, output: stderr, terminal: false });
  try {
    // A closed input is no answer, and no answer is no.
    const closed = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    const answer = await Promise.race([lines.question(`${output.safe(what)}? [y/N] `, { signal }), closed]);
    return /^\s*(y|yes)\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}
