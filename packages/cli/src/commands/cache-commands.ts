import { bundleOption, directoryOption, dryRunOption, yesOption } from "../parsing/ready-options.js";
import type { ArgumentSpec, CommandSpec } from "./command.js";

const itemsArgument: ArgumentSpec = { name: "item", repeated: true, summary: "names of cached items" };

/** What manages caches. */
export const cacheCommands: readonly CommandSpec[] = [
  {
    name: "cache stats",
    summary: "sizes, limits and hit rates of every cache that is found",
    options: [directoryOption],
    examples: [
      { command: "larder cache stats", does: "all caches of this project and of yours" },
      { command: "larder cache stats -d .cache/larder --json", does: "one cache, for a program" },
    ],
    load: () => import("./cache/stats.js"),
  },
  {
    name: "cache list",
    summary: "what is cached: entries of caches, items of bundles",
    arguments: [{ name: "bundle", optional: true, summary: "only this bundle: its address, or the last part of it" }],
    options: [
      directoryOption,
      { name: "prefix", value: "text", summary: "only keys or items that begin with it" },
      { name: "limit", value: "count", reads: "count", summary: "at most so many of each cache; default 100" },
    ],
    examples: [
      { command: "larder cache list", does: "the first 100 entries of every cache" },
      { command: "larder cache list s3://lab/experiment-7", does: "the cached items of one bundle" },
      { command: "larder cache list --prefix node: --limit 1000", does: "results of pipelines" },
    ],
    load: () => import("./cache/list.js"),
  },
  {
    name: "cache status",
    summary: "all that is known of one cached item or entry",
    arguments: [{ name: "item", summary: "an item of a bundle, or the key of an entry" }],
    options: [directoryOption, bundleOption],
    notes: ["The bytes are read and compared with their checksum now."],
    examples: [
      { command: "larder cache status measurements", does: "an item: age, time to live, checksum, path" },
      {
        command: "larder cache status measurements -b s3://lab/experiment-7",
        does: "when several bundles have one of that name",
      },
    ],
    load: () => import("./cache/status.js"),
  },
  {
    name: "cache clear",
    summary: "remove everything cached of a bundle, of a cache, or of all",
    arguments: [
      {
        name: "bundle",
        optional: true,
        completes: "directory",
        summary: "a bundle, the directory of a cache, or a kind",
      },
    ],
    options: [
      { name: "all", summary: "every cache that is found, or that --directory names" },
      { name: "tables", summary: "also the tables of databases that are kept beside the entries" },
      directoryOption,
      dryRunOption,
      yesOption,
    ],
    notes: ["Only local copies are removed; a bundle itself stays as it is."],
    examples: [
      { command: "larder cache clear s3://lab/experiment-7", does: "asks, then forgets one bundle" },
      { command: "larder cache clear --all --dry-run", does: "what would go" },
      { command: "larder cache clear --all -d .cache/larder --yes", does: "one cache, in a script" },
    ],
    load: () => import("./cache/clear.js"),
  },
  {
    name: "cache cleanup",
    summary: "remove what was not used for long, or what nothing points at any more",
    options: [
      {
        name: "older-than",
        value: "age",
        reads: "duration",
        summary: "items last used longer ago, such as 30d; entries stored longer ago",
      },
      { name: "orphaned", summary: "copies that no item names, and downloads that were left behind" },
      directoryOption,
      dryRunOption,
      yesOption,
    ],
    notes: ["Pinned items and entries stay."],
    examples: [
      { command: "larder cache cleanup --older-than 30d", does: "asks, then removes" },
      { command: "larder cache cleanup --orphaned --dry-run", does: "what would go" },
    ],
    load: () => import("./cache/cleanup.js"),
  },
  {
    name: "cache config",
    summary: "change the limit of caches, or switch the cache of bundles off and on",
    options: [
      {
        name: "max-size",
        value: "size",
        reads: "size",
        summary: "what may be kept, such as 100GB; what is over it goes",
      },
      { name: "disable", summary: "read bundles from their remote, and cache nothing" },
      { name: "enable", summary: "cache again" },
      { ...directoryOption, summary: "change the limit stored in this cache, instead of the configuration file" },
    ],
    notes: [
      "Without options it shows the settings in force, as 'larder config' does. The file's place: LARDER_CONFIG, else larder/config.json in the directory for configuration.",
    ],
    examples: [
      { command: "larder cache config --max-size 100GB", does: "for all bundles" },
      { command: "larder cache config --max-size 5GB -d .cache/larder", does: "for one cache of a project" },
      { command: "larder cache config --disable", does: "cache nothing of bundles" },
    ],
    load: () => import("./cache/config.js"),
  },
  {
    name: "cache warm",
    summary: "download items of a bundle before they are needed",
    arguments: [
      { name: "bundle", summary: "its address" },
      { name: "items", optional: true, repeated: true, summary: "only these; default: all that are not references" },
    ],
    options: [
      { name: "parallel", value: "count", reads: "count", summary: "downloads at a time; default 4" },
      { ...directoryOption, summary: "the cache directory; default: that of the settings" },
    ],
    examples: [
      { command: "larder cache warm s3://lab/experiment-7", does: "everything" },
      { command: "larder cache warm https://example.org/data measurements model", does: "two items" },
    ],
    load: () => import("./cache/warm.js"),
  },
  {
    name: "cache pin",
    summary: "never evict these items for want of space",
    arguments: [itemsArgument],
    options: [bundleOption, directoryOption],
    examples: [{ command: "larder cache pin measurements", does: "keep it, whatever is downloaded" }],
    load: () => import("./cache/pin.js"),
  },
  {
    name: "cache unpin",
    summary: "let these items be evicted again",
    arguments: [itemsArgument],
    options: [bundleOption, directoryOption],
    examples: [{ command: "larder cache unpin measurements", does: "take back a pin" }],
    load: () => import("./cache/unpin.js"),
  },
  {
    name: "cache verify",
    summary: "read everything cached and compare it with its checksums",
    options: [
      { name: "fix", summary: "remove what is damaged; it is fetched or made again when needed" },
      directoryOption,
    ],
    notes: ["Exit code 3 when problems are left."],
    examples: [
      { command: "larder cache verify", does: "every cache" },
      { command: "larder cache verify --fix --json", does: "in a nightly job" },
    ],
    load: () => import("./cache/verify.js"),
  },
  {
    name: "cache export",
    summary: "write cached bundles into one archive, to be imported elsewhere",
    arguments: [{ name: "file", completes: "file", summary: "the archive to write, .tar.gz" }],
    options: [
      { ...bundleOption, summary: "only this bundle" },
      { name: "force", summary: "replace the file when it is there" },
      directoryOption,
    ],
    examples: [
      { command: "larder cache export lab.tar.gz -b s3://lab/experiment-7", does: "for a machine without network" },
    ],
    load: () => import("./cache/export.js"),
  },
  {
    name: "cache import",
    summary: "take over an archive of cached bundles, all of it or nothing",
    arguments: [{ name: "file", completes: "file", summary: "an archive that 'larder cache export' wrote" }],
    options: [{ ...directoryOption, summary: "the cache directory; default: that of the settings" }],
    notes: ["Archives are taken for hostile: every name, size and checksum is looked at before anything is stored."],
    examples: [{ command: "larder cache import lab.tar.gz", does: "then read the bundle offline" }],
    load: () => import("./cache/import.js"),
  },
  {
    name: "check",
    summary: "name everything in caches that does not fit together",
    options: [{ name: "fix", summary: "repair it; what is sound is kept" }, directoryOption],
    notes: ["Works while other processes use the cache. Exit code 3 when problems are left."],
    examples: [
      { command: "larder check", does: "every cache, index and files" },
      { command: "larder check -d .cache/larder --fix", does: "repair one" },
    ],
    load: () => import("./check.js"),
  },
  {
    name: "config",
    summary: "each setting in force, and where it came from",
    notes: [
      "A call comes before the constructor, configureCache, LARDER_* variables, the configuration file and the default.",
    ],
    examples: [{ command: "larder config", does: "settings, values, sources" }],
    load: () => import("./config.js"),
  },
  {
    name: "migrate",
    summary: "bring tables of older caches (Parquet, JSON, CSV, HDF5) into a cache",
    arguments: [{ name: "from", completes: "directory", summary: "a directory of such files, or an HDF5 file" }],
    options: [
      { name: "to", value: "path", completes: "directory", summary: "the cache; default .cache/larder" },
      { name: "remove-originals", summary: "remove each file once all its tables were stored and compared" },
      dryRunOption,
      yesOption,
    ],
    notes: [
      "Each table is stored, read back and compared before it counts. A run that was stopped is simply run again.",
    ],
    examples: [
      { command: "larder migrate old-cache --dry-run", does: "what could be migrated" },
      { command: "larder migrate old-cache --to .cache/larder", does: "do it, keep the originals" },
    ],
    load: () => import("./migrate.js"),
  },
];
