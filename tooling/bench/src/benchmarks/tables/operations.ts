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

const faster = (times: number): Goal => ({ peer: "hyparquet", ratio: Number((1 / times).toFixed(3)) });

/** Everything that is measured on a data set, in order. */
export function operationsOn(data: DataSet): Operation[] {
  const goal = (times: number) => (data.goals ? { goal: faster(times) } : {});
  const file = "larder.parquet";
  const columns = data.shape === "wide" ? 100 : 8;
  const middle = Math.min(10_000, data.rows / 4).toLocaleString("en");
  return [
    { words: "full read", operation: "full", contenders: [ours, loading, ...libraries, limit], file, ...goal(2) },
    {
      words: `2 of ${columns} columns`,
      operation: "two",
      contenders: [ours, loading, ...libraries, limit],
      file,
      ...goal(2),
    },
    { words: "head(20)", operation: "head", contenders: [ours, loading, ...libraries, limit], touch: true, file },
    { words: `${middle} rows in the middle`, operation: "middle", contenders: readers, touch: true, file },
    ...data.idCounts.map((ids): Operation => {
      const isSlow = ids > 1000 || !data.filterIn;
      const filterIn: Contender = { name: "hyparquet with $in", contender: "hyparquet", variant: "ids by $in" };
      return {
        words: `${ids.toLocaleString("en")} random ids of a sorted column`,
        operation: "ids",
        contenders: isSlow ? readers : [...readers, filterIn],
        ids,
        touch: true,
        file,
        ...goal(20),
      };
    }),
    { words: "row objects, in hand", operation: "rows", contenders: readers, file, ...goal(3) },
    { words: "row objects, every field read once", operation: "rows", contenders: readers, touch: true, file },
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
    },
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
