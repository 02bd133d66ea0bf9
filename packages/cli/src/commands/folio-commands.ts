import { directoryOption, dryRunOption, yesOption } from "../parsing/ready-options.js";
import type { ArgumentSpec, CommandSpec, OptionSpec } from "./command.js";

const bundleArgument: ArgumentSpec = { name: "bundle", summary: "its address: a path, file:, http(s):, s3: or gs:" };
const cacheOption: OptionSpec = { ...directoryOption, summary: "the cache directory; default: that of the settings" };
const offlineOption: OptionSpec = { name: "offline", summary: "make no request" };

const itemArgument: ArgumentSpec = { name: "item", summary: "its name" };

/** What reads and writes remote bundles. */
export const folioCommands: readonly CommandSpec[] = [
  {
    name: "list",
    summary: "the items of a bundle",
    arguments: [bundleArgument],
    options: [cacheOption, offlineOption],
    examples: [{ command: "larder list s3://lab/experiment-7", does: "names, kinds, sizes, who changed them when" }],
    load: () => import("./list.js"),
  },
  {
    name: "get",
    summary: "the bytes of an item, through the cache",
    arguments: [bundleArgument, { name: "item", summary: "its name" }],
    options: [
      { name: "output", short: "o", value: "file", completes: "file", summary: "where to write it; default stdout" },
      { name: "refresh", summary: "check with the remote even if the copy is fresh" },
      offlineOption,
      cacheOption,
    ],
    examples: [
      { command: "larder get s3://lab/experiment-7 model -o model.bin", does: "into a file, whole or not at all" },
      { command: "larder get https://example.org/data notes", does: "to the terminal" },
    ],
    load: () => import("./get.js"),
  },
  {
    name: "add",
    summary: "put a file into a bundle under a name",
    arguments: [
      bundleArgument,
      { name: "item", summary: "its name" },
      { name: "file", completes: "file", summary: "what to add" },
    ],
    options: [
      {
        name: "kind",
        value: "kind",
        oneOf: ["table", "json", "binary", "model", "text", "file"],
        summary: "what it is; default by the file's extension",
      },
      { name: "description", value: "text", summary: "a sentence about it" },
      { name: "updated-by", value: "name", summary: "who changed it; default user@host" },
      { name: "include", summary: "include it although it is above the size policy" },
      cacheOption,
    ],
    examples: [
      { command: "larder add s3://lab/experiment-7 measurements measurements.parquet", does: "add or replace an item" },
    ],
    load: () => import("./add.js"),
  },
  {
    name: "delete",
    summary: "delete an item from a bundle, for everyone",
    arguments: [bundleArgument, itemArgument],
    options: [dryRunOption, yesOption, cacheOption],
    examples: [{ command: "larder delete s3://lab/experiment-7 draft", does: "asks, then deletes" }],
    load: () => import("./delete.js"),
  },
  {
    name: "reference",
    summary: "let an item only point at its data elsewhere",
    arguments: [bundleArgument, itemArgument],
    options: [
      { name: "to", value: "url", summary: "where the data are; default where the item's file is now" },
      dryRunOption,
      yesOption,
      cacheOption,
    ],
    examples: [
      {
        command: "larder reference s3://lab/experiment-7 images --to s3://lab/large/images.bin",
        does: "asks, then changes it",
      },
    ],
    load: () => import("./reference.js"),
  },
  {
    name: "include",
    summary: "copy the data of a reference into the bundle",
    arguments: [bundleArgument, itemArgument],
    options: [dryRunOption, yesOption, cacheOption],
    examples: [{ command: "larder include s3://lab/experiment-7 images", does: "asks, then copies" }],
    load: () => import("./include.js"),
  },
  {
    name: "analyze",
    summary: "sizes of a bundle, and what could be saved",
    arguments: [bundleArgument],
    options: [
      {
        name: "threshold",
        value: "size",
        reads: "size",
        summary: "items above it are large; default that of the settings",
      },
      cacheOption,
    ],
    examples: [
      { command: "larder analyze s3://lab/experiment-7", does: "largest items, duplicates, what nobody uses" },
    ],
    load: () => import("./analyze.js"),
  },
  {
    name: "optimize",
    summary: "move large items of a bundle out of it, and remove what nobody uses",
    arguments: [bundleArgument],
    options: [
      { name: "threshold", value: "size", reads: "size", summary: "items above it become references; default 1GB" },
      { name: "move-to", value: "url", summary: "where their data go; default a folder next to the bundle" },
      dryRunOption,
      yesOption,
      cacheOption,
    ],
    examples: [
      { command: "larder optimize s3://lab/experiment-7 --threshold 1GB --dry-run", does: "what would change" },
      { command: "larder optimize s3://lab/experiment-7 --threshold 1GB", does: "asks, then does it" },
    ],
    load: () => import("./optimize.js"),
  },
];
