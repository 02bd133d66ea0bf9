import type { Output } from "../output/output.js";
import type { Given } from "../parsing/given.js";

/** What a command works with. */
export interface CommandContext {
  /** What the command line says. */
  readonly given: Given;
  readonly output: Output;
  /** Aborted once the program shall end. */
  readonly signal: AbortSignal;
  readonly surroundings: Surroundings;
}

/** Where the program runs. */
export interface Surroundings {
  /** Absolute; relative paths begin there. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Absolute time in milliseconds. */
  now(): number;
}
