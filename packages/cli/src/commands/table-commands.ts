import { bundleOption, directoryOption } from "../parsing/ready-options.js";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command.js";

const entryArgument: ArgumentSpec = {
  name: "entry",
  completes: "file",
  summary: "a key, the name of a table, a node (pipeline/node), an item, or a Parquet file",
};
const columnsOption: OptionSpec = {
  name: "columns",
  short: "c",
  value: "names",
  summary: "only these, with commas between them",
};
const bundleOfItem: OptionSpec = { ...bundleOption, summary: "the entry is an item of this bundle" };

/** What reads cached tables. */
export const tableCommands: readonly CommandSpec[] = [
  {
    name: "head",
    summary: "the first rows of a cached table",
    arguments: [entryArgument],
    options: [
      { name: "rows", short: "r", value: "count", reads: "count", summary: "so many; default 10" },
      columnsOption,
      bundleOfItem,
      directoryOption,
    ],
    examples: [
      { command: "larder head flights/clean", does: "the newest result of a node" },
      {
        command: "larder head measurements -b s3://lab/experiment-7 -c time,value",
        does: "an item: only what is needed is read",
      },
      { command: "larder head data.parquet -r 50", does: "any Parquet file" },
    ],
    load: () => import("./head.js"),
  },
  {
    name: "schema",
    summary: "the columns of a cached table",
    arguments: [entryArgument],
    options: [bundleOfItem, directoryOption],
    examples: [{ command: "larder schema flights/clean", does: "names, types, number of rows" }],
    load: () => import("./schema.js"),
  },
  {
    name: "export",
    summary: "a cached table as CSV, JSON lines or Parquet",
    arguments: [entryArgument],
    options: [
      { name: "csv", summary: "as CSV: the default" },
      { name: "jsonl", summary: "as JSON lines" },
      { name: "parquet", summary: "as Parquet" },
      {
        name: "output",
        short: "o",
        value: "file",
        completes: "file",
        summary: "where to write it; default stdout. Its extension says the format",
      },
      { name: "rows", short: "r", value: "count", reads: "count", summary: "only the first so many" },
      columnsOption,
      bundleOfItem,
      directoryOption,
    ],
    notes: [
      'Nothing is lost on the way: integers keep all their digits, moments are ISO 8601 to the digits they have, bytes are base64. In CSV, null is an empty field, an empty text "".',
    ],
    examples: [
      { command: "larder export flights/clean -o clean.csv", does: "into a file, whole or not at all" },
      { command: "larder export flights/clean --jsonl | head", does: "into a pipe" },
    ],
    load: () => import("./export.js"),
  },
];
