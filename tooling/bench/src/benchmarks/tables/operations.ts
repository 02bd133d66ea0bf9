import type { Goal } from "../../benchmark.js";
import type { DataSet } from "./data-sets.js";

/** One who does an operation: the name shown, and what `cases/tables/operation.mjs` is told. */
export interface Contender {
  readonly name: string;
  /** Module in `cases/tables/contenders/`. */
  readonly contender: string;
  /** Another way of doing it than the usual one. */
  readonly variant?: string;
  /** false: what the library loads when it is first needed is in the time. */
  readonly preload?: boolean;
}

/** Something that is asked of a table. */
export interface Operation {
  readonly words: string;
  readonly operation: "full" | "two" | "head" | "middle" | "ids" | "rows" | "write";
  readonly contenders: readonly Contender[];
  /** How many ids. */
  readonly ids?: number;
  /** Every field of every row is read before the clock stops. */
  readonly touch?: boolean;
  /** File of the data set that is read, by all but Arrow IPC. */
  readonly file: string;
  readonly goal?: Goal;
}

const ours: Contender = { name: "ours", contender: "ours" };
const loading: Contender = { name: "ours with its lazy imports", contender: "ours", preload: false };
const hyparquet: Contender = { name: "hyparquet", contender: "hyparquet" };
const libraries: readonly Contender[] = [
  hyparquet,
  { name: "parquet-wasm", contender: "parquet-wasm" },
  { name: "polars", contender: "polars" },
  { name: "duckdb", contender: "duckdb" },
];
const limit: Contender = { name: "arrow ipc", contender: "arrow-ipc" };
const readers = [ours, ...libraries, limit];

const verified = (variant: string): readonly Contender[] => [
  { name: "ours", contender: "ours", variant: `${variant} verified` },
  limit,
];

/** Who hands tables over to JavaScript from a native engine. */
const engines = ["polars", "duckdb"];

/** At most so many times as long as Arrow IPC takes, and at most half as long as the better of the native engines. */
const besideLimit = (ratio: number): Goal => ({
  all: [
    { peer: limit.name, ratio },
    { betterOf: engines, ratio: 0.5 },
  ],
});

/** Everything that is measured on a data set, in order. */
export function operationsOn(data: DataSet): Operation[] {
  const { goals, large } = data;
  const goal = (aim: Goal) => (goals ? { goal: aim } : {});
  const file = "larder.parquet";
  const columns = data.shape === "wide" ? 100 : 8;
  const middle = Math.min(10_000, data.rows / 4).toLocaleString("en");
  const withLoading = [ours, loading, ...libraries, limit];
  const full = large ? 1 : 1.3;
  const few = large ? 0.6 : 0.8;
  return [
    { words: "full read", operation: "full", contenders: withLoading, file, ...goal(besideLimit(full)) },
    {
      words: "full read, verified",
      operation: "full",
      contenders: verified("full"),
      file,
      ...goal({ peer: limit.name, ratio: 1.8 }),
    },
    {
      words: `2 of ${columns} columns`,
      operation: "two",
      contenders: withLoading,
      file,
      ...goal(besideLimit(0.35)),
    },
    { words: "head(20)", operation: "head", contenders: withLoading, touch: true, file },
    { words: `${middle} rows in the middle`, operation: "middle", contenders: readers, touch: true, file },
    ...data.idCounts.flatMap((ids): Operation[] => {
      const isSlow = ids > 1000 || !data.filterIn;
      const filterIn: Contender = { name: "hyparquet with $in", contender: "hyparquet", variant: "ids by $in" };
      const words = `${ids.toLocaleString("en")} random ids of a sorted column`;
      const common = { operation: "ids", ids, touch: true, file } as const;
      return [
        { ...common, words, contenders: isSlow ? readers : [...readers, filterIn], ...goal(besideLimit(few)) },
        {
          ...common,
          words: `${words}, verified`,
          contenders: verified("ids"),
          ...goal({ peer: limit.name, ratio: 1.2 }),
        },
      ];
    }),
    {
      words: "row objects, in hand",
      operation: "rows",
      contenders: readers,
      file,
      ...goal({ betterOf: [...libraries, limit].map(({ name }) => name), ratio: 1 }),
    },
    {
      words: "row objects, every field read once",
      operation: "rows",
      contenders: readers,
      touch: true,
      file,
      ...goal({ betterOf: [...libraries, limit].map(({ name }) => name), ratio: 1 }),
    },
    {
      words: "write",
      operation: "write",
      contenders: [
        ours,
        { name: "ours, streamed and synced", contender: "ours", variant: "write synced" },
        ...libraries,
        limit,
      ],
      file,
      ...goal({
        all: [
          { peer: limit.name, ratio: 3 },
          { betterOf: engines, ratio: 0.5 },
          { peer: hyparquet.name, ratio: 0.1 },
        ],
      }),
    },
    ...data.cold.map(
      (compression): Operation => ({
        words: `full read, cold with ${compression}`,
        operation: "full",
        contenders: readers,
        file: `larder-${compression}.parquet`,
        ...goal(besideLimit(compression === "zstd" ? 4.5 : 3)),
      }),
    ),
    ...(data.foreign ? operationsOnForeignFile(data) : []),
  ];
}

/** The same rows as DuckDB writes them by default: Snappy, its own pages, dictionaries wherever they help. */
function operationsOnForeignFile(data: DataSet): Operation[] {
  const contenders = [ours, ...libraries];
  const file = "duckdb.parquet";
  return [
    { words: "full read of a file of DuckDB's", operation: "full", contenders, file },
    { words: "2 of 8 columns of a file of DuckDB's", operation: "two", contenders, file },
    ...data.idCounts.map(
      (ids): Operation => ({
        words: `${ids.toLocaleString("en")} random ids in a file of DuckDB's`,
        operation: "ids",
        contenders,
        ids,
        touch: true,
        file,
      }),
    ),
  ];
}
