import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { badOption, parseArguments } from "@larder/app-shared";
import type { JsonValue } from "@larder/core";
import { Command } from "commander";
import type { ActInput } from "./act-protocol.js";

/** What the user asked for; every path is absolute. */
export interface DemoOptions {
  /** The folder that relative paths were taken from. */
  readonly base: string;
  readonly json: boolean;
  /** The user's own flights, Parquet or CSV. */
  readonly data?: string;
  /** A module whose default export is a backend, or makes one. */
  readonly backend?: string;
  /** A module whose default export is a pipeline. */
  readonly pipeline?: string;
  readonly inputs: Readonly<Record<string, ActInput>>;
  readonly outputs?: readonly string[];
  /** The cache's directory, when the user named one. */
  readonly directory?: string;
  readonly clear: boolean;
  /** Where to write the HTML report, when the user said so. */
  readonly report?: string;
}

const examples = `
Inputs (--input name=value): the value is JSON when it is JSON, else text. A file is @path or file:path; its content
counts, not its name. Text that begins with @ is written as JSON: --input 'name="@home"'.

Examples
  npm run demo                                         the whole story
  npm run demo -- --json > acts.json                   the same as one JSON document
  npm run demo -- --data flights.csv                   on flights of your own: date, delay, distance, origin, destination
  npm run demo -- --input minimumFlights=200           rank smaller airports too
  npm run demo -- --directory my-cache                 keep the results: the next time act 1 is not cold
  npm run demo -- --backend redis-backend.ts           every act on a backend of your own
  npm run demo -- --pipeline words.ts --input text=@book.txt --input longerThan=4 --outputs counts
                                                       a pipeline of your own; run it twice

Exit codes: 0 done, 1 something was wrong and said in a sentence, 130 interrupted.
`;

/**
 * Reads the command line.
 *
 * @returns the options, or `undefined` when only help was asked for (and printed)
 * @throws LarderError `bad-option` with one sentence about what is wrong
 */
export function readCommandLine(argv: readonly string[], base: string): DemoOptions | undefined {
  const command = describeCommand();
  if (!parseArguments(command, argv)) return undefined;
  const given = command.opts<{
    json?: true;
    data?: string;
    backend?: string;
    pipeline?: string;
    input: string[];
    outputs?: string;
    directory?: string;
    clear?: true;
    report?: string;
  }>();
  const path = (name: "data" | "backend" | "pipeline" | "directory" | "report") => {
    const value = given[name];
    if (value === undefined) return {};
    if (value === "") throw badOption(`--${name} needs a path, and it is empty.`);
    return { [name]: resolve(base, value) };
  };
  if (given.pipeline !== undefined && given.data !== undefined) {
    throw badOption("--data belongs to the demo's own pipeline; hand files to yours with --input name=@path.");
  }
  if (given.pipeline === undefined && given.outputs !== undefined) {
    throw badOption("--outputs goes with --pipeline; the demo's own pipeline has one output.");
  }
  const outputs = given.outputs?.split(",").map((name) => name.trim());
  if (outputs?.some((name) => name === "")) {
    throw badOption("--outputs needs names with commas between them, such as --outputs counts,total.");
  }
  return {
    base,
    json: given.json === true,
    clear: given.clear === true,
    inputs: Object.fromEntries(given.input.map((text) => readInput(text, base))),
    ...(outputs === undefined ? {} : { outputs }),
    ...path("data"),
    ...path("backend"),
    ...path("pipeline"),
    ...path("directory"),
    ...path("report"),
  };
}

function describeCommand(): Command {
  return new Command("demo")
    .usage("[options]  (through npm: npm run demo -- [options])")
    .description(
      "Runs a pipeline on three million flights in acts, each in a new process on one cache, and says what ran.",
    )
    .option("--json", "print one JSON document on stdout; everything else goes to stderr")
    .option("--data <file>", "flights of your own, Parquet or CSV")
    .option("--backend <file>", "a module (.ts, .js) whose default export is a CacheBackend, or makes one")
    .option("--pipeline <file>", "run the pipeline that is this module's default export, instead of the story")
    .option("--input <name=value>", "an input of the pipeline; repeat it", (text, all: string[]) => [...all, text], [])
    .option("--outputs <names>", "with --pipeline: the outputs to load, with commas between them")
    .option("--directory <path>", "keep the cache here (default: .larder-demo in the current directory)")
    .option("--clear", "forget what the cache holds first")
    .option("--report <file>", "write the HTML report here (default: .larder-demo/report.html)")
    .addHelpText("after", examples)
    .allowExcessArguments(false);
}

function readInput(text: string, base: string): [string, ActInput] {
  const equals = text.indexOf("=");
  if (equals < 1) throw badOption(`--input needs name=value, and it is '${text}'.`);
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  if (value.startsWith("file://")) return [name, { file: fileURLToPath(value) }];
  if (value.startsWith("file:")) return [name, { file: resolve(base, value.slice("file:".length)) }];
  if (value.startsWith("@")) return [name, { file: resolve(base, value.slice(1)) }];
  return [name, { value: jsonOrText(value) }];
}

function jsonOrText(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
