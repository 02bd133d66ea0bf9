import { describeViolations, type Violation } from "../src/violation.js";

/** Fails with every violation in the message, so that the summary of a run names them. */
export function expectNoViolation(violations: readonly Violation[]): void {
  if (violations.length > 0) throw new Error(describeViolations(violations));
}
