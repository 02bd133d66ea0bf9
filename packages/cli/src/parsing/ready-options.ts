import type { OptionSpec } from "../commands/command.js";

/** Options that several commands have. */
export const directoryOption: OptionSpec = {
  name: "directory",
  short: "d",
  value: "path",
  completes: "directory",
  summary: "the cache directory; default: every cache that is found",
};

export const bundleOption: OptionSpec = {
  name: "bundle",
  short: "b",
  value: "url",
  summary: "the bundle of the item, when several have one of that name",
};

export const yesOption: OptionSpec = {
  name: "yes",
  short: "y",
  summary: "don't ask; needed where nobody can be asked",
};

export const dryRunOption: OptionSpec = {
  name: "dry-run",
  short: "n",
  summary: "say what would be removed, and remove nothing",
};
