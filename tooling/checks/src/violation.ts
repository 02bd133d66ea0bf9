/** Something in the repository that breaks one of its rules. */
export interface Violation {
  /** Short name of the rule, as in "arrows". */
  readonly rule: string;
  /** Relative to the repository's root, with "/". */
  readonly file: string;
  /** From 1; absent when the whole file, or its absence, is meant. */
  readonly line?: number;
  /** What is wrong and what to do about it. */
  readonly message: string;
}

/** One line for each violation, as a compiler would print it. */
export function describeViolations(violations: readonly Violation[]): string {
  return violations
    .map(({ rule, file, line, message }) => `${file}${line === undefined ? "" : `:${line}`} [${rule}] ${message}`)
    .join("\n");
}
