import { LarderError } from "../errors.js";

/** A value holds something that cannot be digested: nothing is keyed by it, so nothing can be hit wrongly. */
export class UndigestableValueError extends LarderError {
  /** Where in the value, such as `$.options.handlers[2].run`; `$` is the value itself. */
  readonly path: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`The value at ${path} cannot be digested: ${reason}.`, {
      code: "undigestable-value",
      facts: { path, reason },
      cause,
    });
    this.path = path;
  }
}
