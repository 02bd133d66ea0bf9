/** What a run over changed files found. Counts are of cases. */
export interface FuzzReport {
  readonly cases: number;
  /** Cases in which a page was changed; in the others an index or the footer. */
  readonly pages: number;
  /** Cases in which the direct path read bytes into their places. */
  readonly scatteredCases: number;
  /**
   * `same`: both ways read what the sound file holds; `changed alike`: both read the same other values; `refused`: both refused;
   * `direct alone refuses`, `general alone refuses`; `failed`.
   */
  readonly outcomes: Readonly<Record<string, number>>;
  /** By the code of the error of the direct way. */
  readonly errors: Readonly<Record<string, number>>;
  /** Outcomes by the place of the change. */
  readonly kinds: Readonly<Record<string, number>>;
  /** The first failures, each with the number of its case. */
  readonly failures: readonly string[];
  /** The first cases that one way alone refuses, with its reason. */
  readonly alone: readonly string[];
  /** Most bytes that one read by the direct way held in buffers when it ended. */
  readonly heldBytes: number;
  /** Most memory of the process. */
  readonly peakMegabytes: number;
  readonly cpuSeconds: number;
}
