import { LarderError } from "@larder/core";

/** When tables that are stored cold become hot, and how much of the disk that may take. */
export interface HotTablesOptions {
  /** So many reads by this process, a whole number of at least 1, make a table hot. Default 3. */
  readonly reads?: number;
  /** What all tables made hot may take more than they took cold, over all processes, in bytes; at least 0. Default 1 GiB. */
  readonly budgetBytes?: number;
}

/** {@link HotTablesOptions}, complete. */
export interface HotTablesSettings {
  readonly reads: number;
  readonly budgetBytes: number;
}

/** 1 GiB. */
export const defaultHotBudgetBytes = 2 ** 30;

const defaultReads = 3;

/** @throws LarderError `invalid-option` */
export function hotTablesSettings(options: HotTablesOptions): HotTablesSettings {
  const { reads = defaultReads, budgetBytes = defaultHotBudgetBytes } = options;
  if (!(Number.isSafeInteger(reads) && reads >= 1)) throw invalid("reads", "a whole number of at least 1", reads);
  if (!(typeof budgetBytes === "number" && budgetBytes >= 0)) {
    throw invalid("budgetBytes", "a number of bytes of at least 0, or Infinity", budgetBytes);
  }
  return { reads, budgetBytes };
}

function invalid(option: string, expected: string, value: unknown): LarderError {
  return new LarderError(`The option hotTables.${option} must be ${expected}, not ${String(value)}.`, {
    code: "invalid-option",
    facts: { option: `hotTables.${option}`, value },
  });
}
