import { LarderError } from "../errors.js";

/** A value holds something that the structured codec would not bring back exactly. */
export class UnencodableValueError extends LarderError {
  /** Where in the value, such as `$.options.handlers[2].run`; `$` is the value itself. */
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`The value at ${path} cannot be stored: ${reason}.`, {
      code: "unencodable-value",
      facts: { path, reason },
      cause,
    });
    this.path = path;
    this.reason = reason;
  }
}
