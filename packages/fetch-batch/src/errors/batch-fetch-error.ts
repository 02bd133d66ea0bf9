import { counted } from "./counted.js";
import { FetchBatchError } from "./fetch-batch-error.js";

/** A batch that failed for good. */
export interface BatchFailure {
  /** The ids that were asked for, ascending: numbers within ±(2⁵³ − 1) and bigints beyond, or texts. */
  readonly ids: readonly (number | bigint | string)[];
  /** What the last attempt failed with. */
  readonly cause: unknown;
  /** How often it was tried, 1 or more. */
  readonly attempts: number;
}

/** Some batches failed. All others were stored: the same request again asks only for what is still missing. */
export class BatchFetchError extends FetchBatchError {
  readonly table: string;
  readonly failures: readonly BatchFailure[];

  constructor(table: string, failures: readonly BatchFailure[], batches: number) {
    const ids = failures.reduce((sum, failure) => sum + failure.ids.length, 0);
    const causes = [...new Set(failures.map(({ cause }) => messageOf(cause)))];
    const more = causes.length > 3 ? `; and ${causes.length - 3} other causes` : "";
    super(
      `${failures.length} of ${counted(batches, "batch", "batches")} of ${JSON.stringify(table)} could not be fetched (${counted(ids, "id", "ids")}): ${causes.slice(0, 3).join("; ")}${more}. Ask again: only what is still missing is fetched.`,
      { code: "batch-fetch", facts: { table, failures, batches }, cause: failures[0]?.cause },
    );
    this.table = table;
    this.failures = failures;
  }
}

function messageOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return (text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(/[.\s]+$/, "");
}
