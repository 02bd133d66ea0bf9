import type { OptionSpec } from "../commands/command.js";

/** Options of every command. */
export const commonOptions: readonly OptionSpec[] = [
  { name: "json", summary: 'print one JSON object on stdout and nothing else; an error as {"error": …} on stderr' },
  { name: "no-color", summary: "no colours; the same as NO_COLOR=1" },
];
