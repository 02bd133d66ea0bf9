import type { CommandContext } from "./command-context.js";

/** How a program ends. */
export const exitCodes = { done: 0, failed: 1, usage: 2, problems: 3, interrupted: 130 } as const;

/** One command, as data: the command line, the help and the completion of shells are all made from it. */
export interface CommandSpec {
  /** Words of it, such as `cache stats`. */
  readonly name: string;
  /** One line, without a full stop. */
  readonly summary: string;
  readonly arguments?: readonly ArgumentSpec[] | undefined;
  readonly options?: readonly OptionSpec[] | undefined;
  readonly examples: readonly ExampleSpec[];
  /** What a person should know beyond that; lines of up to 100 characters. */
  readonly notes?: readonly string[] | undefined;
  /** The command's module, loaded when it is called. */
  load(): Promise<CommandModule>;
}

/** What a command's module exports. */
export interface CommandModule {
  /** @returns the exit code */
  run(context: CommandContext): Promise<number>;
}

export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  /** It may be left out. */
  readonly optional?: boolean | undefined;
  /** It takes all that follows. */
  readonly repeated?: boolean | undefined;
  /** What a shell offers for it. */
  readonly completes?: Completion | undefined;
}

export interface OptionSpec {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string | undefined;
  /** What its value is called; without it, the option is on or off. */
  readonly value?: string | undefined;
  /** What the value must be; default any text. */
  readonly reads?: "size" | "duration" | "count" | undefined;
  /** The only values it may have. */
  readonly oneOf?: readonly string[] | undefined;
  /** It may be given several times. */
  readonly repeated?: boolean | undefined;
  readonly summary: string;
  readonly completes?: Completion | undefined;
}

export interface ExampleSpec {
  readonly command: string;
  readonly does: string;
}

export type Completion = "file" | "directory";
