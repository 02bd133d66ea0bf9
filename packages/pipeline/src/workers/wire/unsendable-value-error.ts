/** A value would not reach the other thread as it is. Caught where a call is made: the function then runs where the value is. */
export class UnsendableValueError extends Error {
  constructor(
    /** Where in the value, such as `$.options.handlers[2]`; `$` is the value itself. */
    readonly path: string,
    readonly reason: string,
  ) {
    super(`The value at ${path} can't be sent: ${reason}.`);
  }
}
