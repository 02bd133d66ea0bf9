/** How far the fetching of one call has come. Told once before the first batch, and after each batch. */
export interface ProgressEvent {
  readonly table: string;
  readonly batchesDone: number;
  /** Batches of the whole call as far as is known now; may grow when batches shrink. */
  readonly batchesTotal: number;
  /** Ids that have been asked for and answered, with a row or without. */
  readonly rowsDone: number;
  /** Ids to be asked for. */
  readonly rowsTotal: number;
  /** Ids in a batch now. */
  readonly batchSize: number;
  /** Milliseconds since the call began to fetch. */
  readonly elapsedMs: number;
  /** Milliseconds to go at the rate so far; `undefined` while nothing tells. */
  readonly remainingMs: number | undefined;
  /** `rowsDone` by `elapsedMs`; 0 at the beginning. */
  readonly rowsPerSecond: number;
}

/** Is told of progress; must not throw. */
export interface ProgressListener {
  (event: ProgressEvent): void;
  /** Called when fetching ends, also with an error; more may be told after it. */
  ended?(): void;
}
