import { completionScript } from "../completion/completion-script.js";
import { UsageError } from "../failures/usage-error.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";
import { commands } from "./commands.js";

const shells = ["bash", "zsh", "fish"] as const;

export async function run({ given, output, surroundings }: CommandContext): Promise<number> {
  const shell = shells.find((name) => name === given.argument("shell"));
  if (shell === undefined) {
    throw new UsageError(`The shell is one of ${shells.join(", ")}, not '${given.argument("shell")}'.`, { shells });
  }
  const script = completionScript(shell, commands);
  if (output.json) output.document({ shell, script });
  else surroundings.stdout.write(script);
  return exitCodes.done;
}
