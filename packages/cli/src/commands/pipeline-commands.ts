import { directoryOption } from "../parsing/ready-options.js";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command.js";

const fileArgument: ArgumentSpec = {
  name: "file",
  completes: "file",
  summary: "a module (.ts, .js) that exports a pipeline, as default or as 'pipeline'",
};
const inputOption: OptionSpec = {
  name: "input",
  short: "i",
  value: "name=value",
  repeated: true,
  summary: "an input: JSON, else text; @path is a file",
};
const outputOption: OptionSpec = {
  name: "output",
  value: "name",
  repeated: true,
  summary: "only what this output needs",
};
const cacheOption: OptionSpec = {
  ...directoryOption,
  summary: "where results are kept; default LARDER_DIRECTORY, else .cache/larder",
};

/** What runs pipelines, and asks about them. */
export const pipelineCommands: readonly CommandSpec[] = [
  {
    name: "run",
    summary: "run a pipeline, reusing what is cached",
    arguments: [fileArgument],
    options: [
      inputOption,
      outputOption,
      {
        name: "mode",
        value: "mode",
        oneOf: ["local", "workers"],
        summary: "where nodes run: in this thread, or in worker threads",
      },
      { name: "no-cache", summary: "keep no results, and use none" },
      cacheOption,
    ],
    notes: ["What the pipeline did is kept in the cache for 90 days: 'larder runs' lists it."],
    examples: [
      {
        command: "larder run words.ts -i text=@book.txt -i longerThan=4",
        does: "run it; the second time it is read from the cache",
      },
      { command: "larder run words.ts -i text=@book.txt --output counts --json", does: "one output, as JSON" },
    ],
    load: () => import("./run.js"),
  },
  {
    name: "plan",
    summary: "what a run would do with each node; runs nothing",
    arguments: [fileArgument],
    options: [inputOption, outputOption, cacheOption],
    examples: [
      { command: "larder plan words.ts -i text=@book.txt -i longerThan=5", does: "hit, miss, or depends, and why" },
    ],
    load: () => import("./plan.js"),
  },
  {
    name: "why",
    summary: "why a node would run, or not: what has changed since it was stored",
    arguments: [fileArgument, { name: "node", optional: true, summary: "its name; default: every node" }],
    options: [inputOption, cacheOption],
    examples: [
      {
        command: "larder why words.ts counts -i text=@book.txt -i longerThan=5",
        does: "the code, input or variable that differs",
      },
    ],
    load: () => import("./why.js"),
  },
  {
    name: "runs",
    summary: "runs on record, or what is stored of nodes",
    arguments: [{ name: "run", optional: true, summary: "one run, by its name as listed: its nodes" }],
    options: [
      { name: "nodes", summary: "instead, the newest stored result of each node, whoever made it" },
      { name: "limit", value: "count", reads: "count", summary: "at most so many runs; default 20" },
      directoryOption,
    ],
    notes: ["Runs of 'larder run' are on record; those of other programs leave their results only."],
    examples: [
      { command: "larder runs", does: "the newest runs first" },
      { command: "larder runs --nodes", does: "nodes: when stored, how long they took, rows" },
    ],
    load: () => import("./runs.js"),
  },
];
