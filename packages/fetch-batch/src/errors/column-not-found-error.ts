import { FetchBatchError } from "./fetch-batch-error.js";
import { listed } from "./listed.js";

/** Columns that the table, or what the fetcher brought of it, does not have. */
export class ColumnNotFoundError extends FetchBatchError {
  readonly table: string;
  /** Names as they were asked for. */
  readonly columns: readonly string[];
  /** Names that there are. */
  readonly available: readonly string[];

  constructor(table: string, columns: readonly string[], available: readonly string[]) {
    const has = available.length === 0 ? "no columns at all" : `these: ${listed(available, 30)}`;
    super(
      `${JSON.stringify(table)} has no column ${listed(columns, 30)}; the answer of the fetcher has ${has}. Correct the name, which counts capitals, or the fetcher.`,
      { code: "column-not-found", facts: { table, columns, available } },
    );
    this.table = table;
    this.columns = columns;
    this.available = available;
  }
}
