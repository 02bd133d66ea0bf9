import type { CommandSpec, OptionSpec } from "../commands/command.js";
import { completesArguments, groupsOf, lastWord, optionsOf } from "./words-of-commands.js";

/** For zsh 5 and later. */
export function zshScript(commands: readonly CommandSpec[]): string {
  const groups = groupsOf(commands);
  const groupNames = [...groups.keys()].filter((name) => name !== "");
  const described = (list: readonly CommandSpec[]) =>
    list.map((each) => `    ${quoted(`${lastWord(each)}:${each.summary}`)}`).join("\n");
  const first = [
    described(groups.get("")!),
    ...groupNames.map((name) => `    ${quoted(`${name}:${name} commands`)}`),
  ].join("\n");
  const cases = commands.map((command) => {
    const options = optionsOf(command).flatMap(optionLines);
    const files = { file: "_files", directory: "_files -/", none: "" }[completesArguments(command) ?? "none"];
    const rest = files === "" ? [] : [`      '*:argument:${files}'`];
    return `  (${quoted(command.name)})\n    _arguments -s \\\n${[...options, ...rest].join(" \\\n")}\n    ;;`;
  });
  return `#compdef larder
# zsh completion of larder; made by 'larder completion zsh'
_larder() {
  local -a first
  first=(
${first}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' first
    return
  fi
  local name="$words[2]"
  case "$name" in
${groupNames
  .map(
    (name) => `  (${name})
    if (( CURRENT == 3 )); then
      local -a second
      second=(
${described(groups.get(name)!)}
      )
      _describe '${name} command' second
      return
    fi
    name="$name $words[3]"
    ;;`,
  )
  .join("\n")}
  esac
  case "$name" in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_larder" ]; then _larder "$@"; else compdef _larder larder; fi
`;
}

function optionLines({ name, short, value, oneOf, completes, summary, repeated }: OptionSpec): string[] {
  const text = summary.replace(/[[\]:\\]/g, "\\$&");
  const action =
    oneOf === undefined
      ? { file: "_files", directory: "_files -/", none: " " }[completes ?? "none"]
      : `(${oneOf.join(" ")})`;
  const argument = value === undefined ? "" : `:${value.replaceAll(":", "\\:")}:${action}`;
  const names = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
  return names.map((flag) => `      ${quoted(`${repeated === true ? "*" : ""}${flag}[${text}]${argument}`)}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
