import type { CommandSpec, OptionSpec } from "../commands/command.js";
import { wrapText } from "../output/wrap-text.js";
import { commonOptions } from "../parsing/common-options.js";
import { shownArgument } from "../parsing/parse-command-line.js";

/** What help is asked of: a command, a group of commands, or else the program. */
export interface HelpTopic {
  readonly command?: CommandSpec | undefined;
  readonly prefix?: string | undefined;
}

/** The text of help, in lines of at most so many cells where words allow it. */
export function helpOf({ command, prefix }: HelpTopic, commands: readonly CommandSpec[], width: number): string {
  if (command !== undefined) return helpOfCommand(command, width);
  return helpOfProgram(
    prefix === undefined ? commands : commands.filter(({ name }) => name.startsWith(`${prefix} `)),
    prefix,
    width,
  );
}

const exitCodeLines = [
  ["0", "done"],
  ["1", "failed: the message on stderr says why"],
  ["2", "wrong usage, or nobody there to confirm; nothing was changed"],
  ["3", "problems were found (check, cache verify)"],
  ["130", "interrupted; what was stored until then is whole"],
] as const;

function helpOfProgram(commands: readonly CommandSpec[], prefix: string | undefined, width: number): string {
  const groups = [
    ["Caches", commands.filter(({ name }) => /^(cache |check|config|migrate)/.test(name))],
    [
      "Folios (remote bundles)",
      commands.filter(({ name }) => /^(list|get|add|delete|reference|include|analyze|optimize)$/.test(name)),
    ],
    ["Tables", commands.filter(({ name }) => /^(head|schema|export)$/.test(name))],
    ["Pipelines", commands.filter(({ name }) => /^(run|plan|why|runs)$/.test(name))],
    ["This program", commands.filter(({ name }) => /^(completion)$/.test(name))],
  ] as const;
  const rows = (list: readonly CommandSpec[]) => list.map((each) => [usageOf(each), each.summary] as const);
  const lines = [
    "larder: look at and manage caches of data, run pipelines, read cached tables",
    "",
    `Usage: larder ${prefix === undefined ? "<command>" : `${prefix} <command>`} [options]`,
    ...groups.flatMap(([title, list]) => (list.length === 0 ? [] : ["", title, ...inColumns(rows(list), width, 34)])),
    "",
    "Options of every command",
    ...inColumns(
      [
        ...commonOptions.map(rowOfOption),
        ["-h, --help", "help with examples, of the program or of a command"],
        ["-V, --version", "the version"],
      ],
      width,
      34,
    ),
    "",
    "Exit codes",
    ...inColumns(exitCodeLines, width, 8),
    "",
    "Examples",
    ...inColumns(
      commands
        .flatMap(({ examples }) => examples.slice(0, 1))
        .slice(0, 6)
        .map(({ command, does }) => [command, does]),
      width,
      46,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function helpOfCommand(command: CommandSpec, width: number): string {
  const { summary, arguments: args = [], options = [], examples, notes = [] } = command;
  const lines = [
    ...wrapText(`larder ${command.name}: ${summary}`, width),
    "",
    ...wrapText(`Usage: larder ${usageOf(command)} [options]`, width),
    ...(args.length === 0
      ? []
      : [
          "",
          "Arguments",
          ...inColumns(
            args.map((each) => [shownArgument(each), each.summary] as const),
            width,
            28,
          ),
        ]),
    "",
    "Options",
    ...inColumns([...options, ...commonOptions].map(rowOfOption), width, 28),
    ...(notes.length === 0 ? [] : ["", ...notes.flatMap((note) => wrapText(note, width))]),
    "",
    "Examples",
    ...inColumns(
      examples.map(({ command, does }) => [command, does]),
      width,
      52,
    ),
    "",
    ...wrapText(
      `Exit codes: ${exitCodeLines.map(([code, meaning]) => `${code} ${meaning.split(/[:;]/)[0]}`).join("; ")}.`,
      width,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function usageOf({ name, arguments: args = [] }: CommandSpec): string {
  return [name, ...args.map(shownArgument)].join(" ");
}

function rowOfOption({ name, short, value, summary, repeated, oneOf }: OptionSpec): readonly [string, string] {
  const flag = `${short === undefined ? "    " : `-${short}, `}--${name}${value === undefined ? "" : ` <${value}>`}`;
  const more = [
    ...(oneOf === undefined ? [] : [`one of ${oneOf.join(", ")}`]),
    ...(repeated === true ? ["may be repeated"] : []),
  ];
  return [flag, more.length === 0 ? summary : `${summary} (${more.join("; ")})`];
}

/** Two columns; what does not fit beside the first stands below it. */
function inColumns(rows: readonly (readonly [string, string])[], width: number, most: number): string[] {
  const first = Math.min(most, Math.max(...rows.map(([left]) => left.length)));
  if (width - first < 24)
    return rows.flatMap(([left, right]) => [`  ${left}`, ...wrapText(right, width - 6).map((line) => `      ${line}`)]);
  const indent = " ".repeat(first + 4);
  return rows.flatMap(([left, right]) => {
    const [head, ...rest] = wrapText(right, width - first - 4);
    const below = rest.map((line) => indent + line);
    return left.length > first
      ? [`  ${left}`, indent + head, ...below]
      : [`  ${left.padEnd(first)}  ${head}`, ...below];
  });
}
