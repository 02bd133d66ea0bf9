import type { CommandSpec } from "../commands/command.js";
import { completesArguments, groupsOf, lastWord, optionsOf } from "./words-of-commands.js";

/** For fish 3 and later. */
export function fishScript(commands: readonly CommandSpec[]): string {
  const lines: string[] = [];
  for (const [group, list] of groupsOf(commands)) {
    const condition = group === "" ? "__fish_use_subcommand" : `__larder_at ${group}`;
    if (group !== "")
      lines.push(
        `complete -c larder -n __fish_use_subcommand -f -a ${quoted(group)} -d ${quoted(`${group} commands`)}`,
      );
    for (const command of list) {
      lines.push(
        `complete -c larder -n ${quoted(condition)} -f -a ${quoted(lastWord(command))} -d ${quoted(command.summary)}`,
      );
    }
  }
  for (const command of commands) {
    const within = `complete -c larder -n ${quoted(`__larder_in ${command.name}`)}`;
    if (completesArguments(command) === undefined) lines.push(`${within} -f`);
    for (const { name, short, value, oneOf, completes, summary } of optionsOf(command)) {
      const parts = [
        within,
        `-l ${name}`,
        ...(short === undefined ? [] : [`-s ${short}`]),
        ...(value === undefined ? [] : completes === undefined ? ["-x"] : ["-r -F"]),
        ...(oneOf === undefined ? [] : [`-a ${quoted(oneOf.join(" "))}`]),
        `-d ${quoted(summary)}`,
      ];
      lines.push(parts.join(" "));
    }
  }
  return `# fish completion of larder; made by 'larder completion fish'
function __larder_at
    set -l words (commandline -opc | string match -v -- '-*')
    test (count $words) -eq 2; and test "$words[2]" = "$argv[1]"
end
function __larder_in
    set -l words (commandline -opc | string match -v -- '-*')
    set -l wanted (count $argv)
    test (count $words) -gt $wanted; and test "$words[2..(math $wanted + 1)]" = "$argv"
end
${lines.join("\n")}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
