import { LarderError } from "@larder/core";
import { type Command, CommanderError } from "commander";

/**
 * Reads a command line into a command, which prints its help by itself where that is asked for.
 *
 * @returns whether there is something to be done: not after `--help`
 * @throws LarderError `bad-option` with one sentence about what is wrong
 */
export function parseArguments(command: Command, argv: readonly string[]): boolean {
  command.configureOutput({ writeErr: () => {} }).exitOverride();
  try {
    command.parse([...argv], { from: "user" });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    const sentence = error.message.replace(/^error: /, "").replace(/\n.*/s, (rest) => rest.replace(/\s+/g, " "));
    throw badOption(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`.replace(/\.?$/, "."));
  }
}

/** The error of who asked for something that can't be. `message` is a whole sentence. */
export function badOption(message: string): LarderError {
  return new LarderError(`${message} See --help.`, { code: "bad-option" });
}
