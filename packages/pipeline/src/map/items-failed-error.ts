import { LarderError } from "@larder/core";
import { counted } from "./counted.js";

/** One item of a map that failed. */
export interface ItemFailure {
  /** Its place in the list, from 0. */
  readonly index: number;
  /** What it is called by `keyAttribute`; absent without one. */
  readonly key?: string | undefined;
  readonly error: unknown;
}

/** Failures that are told in full; the rest is counted. */
const toldAtMost = 100;

/** Some items of a map failed; all others were computed, and are stored. */
export class ItemsFailedError extends LarderError {
  /** By their places in the list. */
  readonly errors: readonly ItemFailure[];

  constructor(options: { readonly node: string; readonly total: number; readonly failures: readonly ItemFailure[] }) {
    const { node, total } = options;
    const failures = [...options.failures].sort((a, b) => a.index - b.index);
    const first = failures[0]!;
    const told = failures.slice(0, toldAtMost).map(({ index, key, error }) => ({ index, key, message: textOf(error) }));
    const called = first.key === undefined ? "" : ` '${first.key}'`;
    super(
      `${counted(failures.length)} of ${counted(total)} items of node '${node}' failed; first: [${first.index}]${called}: ${textOf(first.error).replace(/\.$/, "")}. Run again: only what failed is computed.`,
      { code: "items-failed", facts: { node, total, count: failures.length, failures: told }, cause: first.error },
    );
    this.errors = failures;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
