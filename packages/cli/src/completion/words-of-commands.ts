import type { CommandSpec, OptionSpec } from "../commands/command.js";
import { commonOptions } from "../parsing/common-options.js";

/** The words a command line may begin with, and those that follow a group such as `cache`. */
export function groupsOf(commands: readonly CommandSpec[]): ReadonlyMap<string, readonly CommandSpec[]> {
  const groups = new Map<string, CommandSpec[]>([["", []]]);
  for (const command of commands) {
    const [first, second] = command.name.split(" ");
    if (second === undefined) groups.get("")!.push(command);
    else groups.set(first!, [...(groups.get(first!) ?? []), command]);
  }
  return groups;
}

/** Options of a command, those of all commands among them. */
export function optionsOf({ options = [] }: CommandSpec): readonly OptionSpec[] {
  return [...options, ...commonOptions, { name: "help", short: "h", summary: "help with examples" }];
}

/** The last word of a command's name. */
export function lastWord({ name }: CommandSpec): string {
  return name.split(" ").at(-1)!;
}

/** What a shell offers for the arguments of a command. */
export function completesArguments({ arguments: args = [] }: CommandSpec): "file" | "directory" | undefined {
  return args.find(({ completes }) => completes !== undefined)?.completes;
}
