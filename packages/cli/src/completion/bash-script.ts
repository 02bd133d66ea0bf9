import type { CommandSpec } from "../commands/command.js";
import { completesArguments, groupsOf, lastWord, optionsOf } from "./words-of-commands.js";

/** For bash 3.2 and later. */
export function bashScript(commands: readonly CommandSpec[]): string {
  const groups = groupsOf(commands);
  const first = [...groups.get("")!.map(lastWord), ...[...groups.keys()].filter((name) => name !== ""), "help"];
  const groupNames = [...groups.keys()].filter((name) => name !== "");
  const second = groupNames.map((name) => `    ${name}) words="${groups.get(name)!.map(lastWord).join(" ")}" ;;`);
  const options = commands.map((command) => {
    const names = optionsOf(command).flatMap(({ name, short }) => [
      `--${name}`,
      ...(short === undefined ? [] : [`-${short}`]),
    ]);
    return `    "${command.name}") options="${names.join(" ")}"; completes="${completesArguments(command) ?? ""}" ;;`;
  });
  const values = commands.flatMap((command) =>
    optionsOf(command).flatMap(({ name, short, value, oneOf, completes }) => {
      if (value === undefined) return [];
      const pattern = [
        `"${command.name} --${name}"`,
        ...(short === undefined ? [] : [`"${command.name} -${short}"`]),
      ].join("|");
      return `    ${pattern}) takes=1; values="${oneOf?.join(" ") ?? ""}"; files="${completes ?? ""}" ;;`;
    }),
  );
  return `# bash completion of larder; made by 'larder completion bash'
_larder() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local words="${first.join(" ")}" options="--help --version" completes="" takes="" values="" files="" command="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*) ;;
      *) if [ -z "$command" ]; then command="\${COMP_WORDS[i]}"; else command="$command \${COMP_WORDS[i]}"; fi ;;
    esac
    case "$command" in
      ${groupNames.join("|")}) ;;
      "") ;;
      *) break ;;
    esac
  done
  case "$command" in
    "") ;;
${second.join("\n")}
    *) words="" ;;
  esac
  case "$command" in
${options.join("\n")}
  esac
  case "$command $previous" in
${values.join("\n")}
  esac
  if [ -n "$takes" ]; then
    case "$files" in
      directory) COMPREPLY=($(compgen -d -- "$current")) ;;
      file) COMPREPLY=($(compgen -f -- "$current")) ;;
      *) COMPREPLY=($(compgen -W "$values" -- "$current")) ;;
    esac
    return
  fi
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")); return ;;
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  case "$completes" in
    directory) COMPREPLY=($(compgen -d -- "$current")) ;;
    file) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _larder larder
`;
}
