import { FetchBatchError } from "./fetch-batch-error.js";
import { listed } from "./listed.js";

/** Ids that the database has no row for. What was found is stored. */
export class DataNotFoundError extends FetchBatchError {
  readonly table: string;
  /** Distinct and ascending: numbers within ±(2⁵³ − 1) and bigints beyond, or texts. */
  readonly ids: readonly (number | bigint | string)[];

  constructor(table: string, ids: readonly (number | bigint | string)[]) {
    super(
      `${JSON.stringify(table)} has no row for ${ids.length === 1 ? "the id" : `${ids.length} of the ids:`} ${listed(ids)}. Leave them out of the request, or set onMissing: "omit".`,
      { code: "data-not-found", facts: { table, ids } },
    );
    this.table = table;
    this.ids = ids;
  }
}
