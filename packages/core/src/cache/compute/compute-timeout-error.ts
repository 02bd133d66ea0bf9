import { LarderError } from "../../errors.js";

/** A value took longer than a caller would wait, and there was none to return in its place. */
export class ComputeTimeoutError extends LarderError {
  constructor(key: string, hardTimeoutMs: number) {
    super(
      `The value under '${key}' was not there after ${hardTimeoutMs} ms, and no stale one was kept to return in its place. It is still stored if it comes. Ask again later, or allow more time with 'hardTimeoutMs'.`,
      { code: "compute-timeout", facts: { key, hardTimeoutMs } },
    );
  }
}
