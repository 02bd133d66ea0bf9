// the command line, to be called from a program

export { exitCodes } from "./commands/command.js";
export type { Surroundings } from "./commands/command-context.js";
export { larder } from "./main.js";

// what there is, as data

export type { ArgumentSpec, CommandSpec, ExampleSpec, OptionSpec } from "./commands/command.js";
export { commands } from "./commands/commands.js";
