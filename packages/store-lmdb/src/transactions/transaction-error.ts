import { LarderError } from "@larder/core";

/** The view was used after its transaction. */
export function transactionEnded(operation: string): LarderError {
  return new LarderError(
    `'${operation}' was called on the view of a transaction that has ended. Use the view only until the body returns, and don't keep it.`,
    { code: "transaction-ended", facts: { operation } },
  );
}

/** The body did not end when it returned. */
export function asynchronousBody(): LarderError {
  return new LarderError(
    "The body of a transaction returned a promise, and nothing of it was stored. Read and compute first, and change what is stored in a synchronous function.",
    { code: "asynchronous-transaction" },
  );
}

/** `setRecord` was given the record of other bytes. */
export function otherBytes(key: string, field: string): LarderError {
  return new LarderError(
    `The record given for '${key}' has another ${field} than the blob that is stored. Keep codec, byteLength and checksum, or store the bytes with 'set'.`,
    { code: "wrong-record", facts: { key, field } },
  );
}
