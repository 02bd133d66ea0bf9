import { LarderError } from "@larder/core";

/** The command line asks for what can't be: the program ends with exit code 2. The message is one or more whole sentences. */
export class UsageError extends LarderError {
  constructor(message: string, facts: Readonly<Record<string, unknown>> = {}, code = "usage") {
    super(message, { code, facts });
  }
}
