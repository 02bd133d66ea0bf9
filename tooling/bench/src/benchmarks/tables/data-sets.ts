/** A table that is generated, and how often each operation on it is measured. */
export interface DataSet {
  /** As in "1,000,000 rows × 8 columns". */
  readonly words: string;
  readonly shape: "mixed" | "wide";
  readonly rows: number;
  readonly runs: number;
  /** How many random ids are looked up. */
  readonly idCounts: readonly number[];
  /** Whether the goals hold for it; they are meant for tables of some size. */
  readonly goals: boolean;
  /** Whether reading it dwarfs the start of a process, and the goals are those of large tables. */
  readonly large: boolean;
  /** In which compressions it is read besides. */
  readonly cold: readonly ("snappy" | "lz4" | "zstd")[];
  /** Whether a file of another's making is measured too. */
  readonly foreign: boolean;
  /** Whether `hyparquet` is asked with `$in` too, whose time grows with rows × ids. */
  readonly filterIn: boolean;
  /** Arguments of Node, for every contender: ten million row objects are more than its usual heap holds. */
  readonly nodeArguments: readonly string[];
}

/** What is measured: three sizes, or one small one for a quick look. */
export function dataSets(quick: boolean): readonly DataSet[] {
  const common = { large: false, cold: [], foreign: false, filterIn: false, nodeArguments: [], goals: true } as const;
  if (quick) {
    return [
      {
        ...common,
        words: "100,000 rows × 8 columns",
        shape: "mixed",
        rows: 100_000,
        runs: 1,
        idCounts: [1000],
        goals: false,
      },
    ];
  }
  return [
    {
      ...common,
      words: "1,000,000 rows × 8 columns",
      shape: "mixed",
      rows: 1_000_000,
      runs: 5,
      idCounts: [1000, 100_000],
      cold: ["snappy", "lz4", "zstd"],
      foreign: true,
      filterIn: true,
    },
    {
      ...common,
      words: "10,000,000 rows × 8 columns",
      shape: "mixed",
      rows: 10_000_000,
      large: true,
      runs: 3,
      idCounts: [1000, 100_000],
      nodeArguments: ["--max-old-space-size=12288"],
    },
    {
      ...common,
      words: "200,000 rows × 100 columns",
      shape: "wide",
      rows: 200_000,
      runs: 5,
      idCounts: [1000],
    },
  ];
}
