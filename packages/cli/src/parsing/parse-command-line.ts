import { parseArgs } from "node:util";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "../commands/command.js";
import { usageFailure } from "../failures/usage-failure.js";
import { commonOptions } from "./common-options.js";
import { type Given, given, type OptionValue } from "./given.js";
import { readCount, readDuration, readSize } from "./read-quantity.js";

/** What a command line asks for. */
export type CommandLine =
  | { readonly asks: "run"; readonly command: CommandSpec; readonly given: Given }
  /** `command` is the command that help is asked of, `prefix` the group of commands; neither: of the program. */
  | { readonly asks: "help"; readonly command?: CommandSpec | undefined; readonly prefix?: string | undefined }
  | { readonly asks: "version" };

/**
 * Reads a command line by the descriptions of commands.
 *
 * @throws UsageError that names what is wrong and the nearest that is right
 */
export async function parseCommandLine(
  argv: readonly string[],
  commands: readonly CommandSpec[],
): Promise<CommandLine> {
  const words = argv.filter((word, at) => !word.startsWith("-") && !argv.slice(0, at).includes("--"));
  const command = findCommand(words, commands);
  if (command === undefined) return withoutCommand(argv, words, commands);
  // The command's own words come first: what stands before them are options of all commands.
  const rest = withoutWords(argv, command.name.split(" "));
  return readCommand(command, rest);
}

function findCommand(words: readonly string[], commands: readonly CommandSpec[]): CommandSpec | undefined {
  return [2, 1]
    .map((count) => commands.find(({ name }) => name === words.slice(0, count).join(" ") && words.length >= count))
    .find((found) => found !== undefined);
}

function withoutWords(argv: readonly string[], words: readonly string[]): string[] {
  const left = [...words];
  return argv.filter((word) => {
    if (left[0] !== word) return true;
    left.shift();
    return false;
  });
}

async function withoutCommand(
  argv: readonly string[],
  words: readonly string[],
  commands: readonly CommandSpec[],
): Promise<CommandLine> {
  const asked = words[0] === "help" ? words.slice(1) : words;
  const [first, second] = asked;
  const prefix = commands.some(({ name }) => name.startsWith(`${first} `)) ? first : undefined;
  if (asked !== words || argv.includes("--help") || argv.includes("-h")) {
    const command = findCommand(asked, commands);
    if (command !== undefined || first === undefined) return { asks: "help", command };
    if (prefix !== undefined && second === undefined) return { asks: "help", prefix };
  }
  if (first === undefined && (argv.includes("--version") || argv.includes("-V"))) return { asks: "version" };
  if (first === undefined) {
    const stray = argv.find((word) => word.startsWith("-") && !isCommonOption(word));
    if (stray === undefined) return { asks: "help" };
    const names = ["--help", "--version", ...commonOptions.map(({ name }) => `--${name}`)];
    throw await usageFailure(
      `There is no option ${stray} before a command.`,
      { option: stray },
      { wanted: stray, names },
    );
  }
  if (prefix !== undefined && second === undefined) return { asks: "help", prefix };
  const wanted = prefix === undefined ? first : `${first} ${second}`;
  const names = commands
    .map(({ name }) => name)
    .filter((name) => prefix === undefined || name.startsWith(`${prefix} `));
  const more = prefix === undefined ? "larder --help" : `larder ${prefix} --help`;
  throw await usageFailure(
    `There is no command '${wanted}'. '${more}' lists them.`,
    { command: wanted },
    { wanted, names },
  );
}

function isCommonOption(word: string): boolean {
  return commonOptions.some(({ name, short }) => word === `--${name}` || (short !== undefined && word === `-${short}`));
}

async function readCommand(command: CommandSpec, argv: readonly string[]): Promise<CommandLine> {
  const specs = [...(command.options ?? []), ...commonOptions];
  const options = Object.fromEntries(
    specs.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? ("boolean" as const) : ("string" as const),
        multiple: true,
        ...(short && { short }),
      },
    ]),
  );
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<string, OptionValue>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help" || token.name === "h") return { asks: "help", command };
    const spec = specs.find(({ name }) => name === token.name);
    if (spec === undefined) throw await unknownOption(command, token.rawName, specs);
    await keepOption(values, spec, token.value, command);
  }
  return { asks: "run", command, given: given(await readArguments(command, positionals), values) };
}

async function keepOption(
  values: Map<string, OptionValue>,
  spec: OptionSpec,
  text: string | undefined,
  command: CommandSpec,
): Promise<void> {
  const shown = `--${spec.name}`;
  const facts = { command: command.name, option: shown };
  if (spec.value === undefined) {
    if (text !== undefined) throw await usageFailure(`The option ${shown} takes no value.`, facts);
    values.set(spec.name, true);
    return;
  }
  if (text === undefined || text === "") {
    throw await usageFailure(`The option ${shown} needs a value: ${shown} <${spec.value}>.`, facts);
  }
  if (spec.oneOf !== undefined && !spec.oneOf.includes(text)) {
    const near = { wanted: text, names: spec.oneOf };
    throw await usageFailure(`The option ${shown} is one of ${spec.oneOf.join(", ")}, not '${text}'.`, facts, near);
  }
  if (spec.repeated === true) {
    values.set(spec.name, [...((values.get(spec.name) as readonly string[] | undefined) ?? []), text]);
    return;
  }
  if (values.has(spec.name)) throw await usageFailure(`The option ${shown} was given twice.`, facts);
  values.set(spec.name, spec.reads === undefined ? text : await readNumber(spec.reads, shown, text, facts));
}

const quantities = {
  size: { read: readSize, wanted: "a size such as 500MB or 1.5GB" },
  duration: { read: readDuration, wanted: "a duration such as 90s, 30min, 12h, 30d or 2w" },
  count: { read: readCount, wanted: "a whole number" },
};

async function readNumber(
  reads: keyof typeof quantities,
  option: string,
  text: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { read, wanted } = quantities[reads];
  const value = read(text);
  if (value === undefined) throw await usageFailure(`The option ${option} is ${wanted}, not '${text}'.`, facts);
  return value;
}

async function unknownOption(command: CommandSpec, rawName: string, specs: readonly OptionSpec[]): Promise<Error> {
  const names = [...specs.map(({ name }) => `--${name}`), "--help"];
  return usageFailure(
    `'larder ${command.name}' has no option ${rawName}. 'larder ${command.name} --help' lists them.`,
    { command: command.name, option: rawName },
    { wanted: rawName, names },
  );
}

async function readArguments(
  command: CommandSpec,
  positionals: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const args = new Map<string, readonly string[]>();
  const left = [...positionals];
  for (const spec of command.arguments ?? []) {
    const taken = spec.repeated === true ? left.splice(0) : left.splice(0, 1);
    if (taken.length === 0 && spec.optional !== true) {
      throw await usageFailure(
        `'larder ${command.name}' needs ${shownArgument(spec)}: ${spec.summary}. See 'larder ${command.name} --help'.`,
        { command: command.name, argument: spec.name },
      );
    }
    if (taken.length > 0) args.set(spec.name, taken);
  }
  if (left.length === 0) return args;
  throw await usageFailure(
    `'larder ${command.name}' has no use for '${left[0]}'. See 'larder ${command.name} --help'.`,
    {
      command: command.name,
      argument: left[0],
    },
  );
}

/** An argument as help shows it: `<file>`, `[items…]`. */
export function shownArgument({ name, optional, repeated }: ArgumentSpec): string {
  const inner = `${name}${repeated === true ? "…" : ""}`;
  return optional === true ? `[${inner}]` : `<${inner}>`;
}
