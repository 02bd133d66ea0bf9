import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { badOption, parseArguments } from "@larder/app-shared";
import { Command } from "commander";

/** What the user asked for; every path is absolute. */
export interface AtlasOptions {
  /** The repository. */
  readonly root: string;
  readonly json: boolean;
  /** Directory of the caches. */
  readonly cacheDirectory: string;
  /** How many processes extract at the same time, from 1. */
  readonly processes: number;
  /** Globs over paths relative to the root. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Whether installed packages are looked at. */
  readonly dependencies: boolean;
  /** Lines of each list, from 1. */
  readonly top: number;
  /** Where to write the tables, if anywhere. */
  readonly tables?: string;
}

const examples = `
Examples
  npm run atlas                                      this repository and what it has installed
  npm run atlas -- ../project --top 20               another one
  npm run atlas -- --no-dependencies --exclude "**/test/**"
  npm run atlas -- --json > atlas.json               one JSON document
  npm run atlas -- --tables atlas                    modules.parquet, symbols.parquet and imports.parquet in ./atlas

Run it twice: what has not changed is not extracted again, whatever its name; four at once share the work.

Exit codes: 0 done, 1 something failed, 2 it was asked for something that can't be, 130 interrupted.
`;

/**
 * Reads the command line.
 *
 * @param base - the folder that relative paths are taken from
 * @param home - the repository to look at when none is named
 * @returns the options, or `undefined` when only help was asked for (and printed)
 * @throws LarderError `bad-option` with one sentence about what is wrong
 */
export function readCommandLine(argv: readonly string[], base: string, home: string): AtlasOptions | undefined {
  const command = describeCommand();
  if (!parseArguments(command, argv)) return undefined;
  const given = command.opts<{
    json?: true;
    cache?: string;
    processes?: string;
    include: string[];
    exclude: string[];
    dependencies: boolean;
    top?: string;
    tables?: string;
  }>();
  const [directory] = command.processedArgs as [string | undefined];
  const path = (name: string, value: string) => {
    if (value === "") throw badOption(`${name} needs a path, and it is empty.`);
    return resolve(base, value);
  };
  return {
    root: directory === undefined ? home : path("DIR", directory),
    json: given.json === true,
    cacheDirectory: given.cache === undefined ? join(base, ".cache", "larder-atlas") : path("--cache", given.cache),
    processes: wholeNumber("--processes", given.processes, availableParallelism(), 256),
    include: globs("--include", given.include),
    exclude: globs("--exclude", given.exclude),
    dependencies: given.dependencies,
    top: wholeNumber("--top", given.top, 10, 1000),
    ...(given.tables === undefined ? {} : { tables: path("--tables", given.tables) }),
  };
}

function describeCommand(): Command {
  const repeated = (text: string, all: string[]) => [...all, text];
  return new Command("atlas")
    .usage("[DIR] [options]  (through npm: npm run atlas -- [DIR] [options])")
    .description("Maps the code of a repository and its installed packages: sizes, imports, cycles, complexity.")
    .argument("[DIR]", "the repository (default: the one this belongs to)")
    .option("--json", "print one JSON document on stdout")
    .option("--cache <dir>", "keep what is known here (default: .cache/larder-atlas in the current directory)")
    .option("--processes <n>", `extract in so many processes (default: ${availableParallelism()})`)
    .option("--include <glob>", "only such files of the repository; repeat it", repeated, [])
    .option("--exclude <glob>", "leave such files out, of installed packages too; repeat it", repeated, [])
    .option("--no-dependencies", "leave the installed packages out")
    .option("--top <n>", "lines of each list (default: 10)")
    .option("--tables <dir>", "write modules.parquet, symbols.parquet and imports.parquet there")
    .addHelpText("after", examples)
    .allowExcessArguments(false);
}

function wholeNumber(name: string, text: string | undefined, otherwise: number, most: number): number {
  if (text === undefined) return otherwise;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= most) return number;
  throw badOption(`${name} needs a whole number from 1 to ${most}, and it is '${text}'.`);
}

function globs(name: string, all: readonly string[]): readonly string[] {
  if (all.includes("")) throw badOption(`${name} needs a glob, and it is empty.`);
  return all;
}
