import { LarderError } from "@larder/core";
import { RemoteError } from "../remote/remote-error.js";

/** The object a manifest names is not there: most likely the manifest is older than its removal. */
export class ObjectGoneError extends RemoteError {
  constructor(url: string, path: string) {
    super(
      `${url} has no object '${path}', though its manifest names it. Somebody deleted it without changing the manifest; add the item again.`,
      { code: "remote-failed", facts: { url, path, status: 404 } },
    );
  }
}

/** Bytes that are not those of the checksum, or not as many. */
export class WrongBytesError extends LarderError {
  constructor(facts: { readonly expected: string; readonly actual: string; readonly algorithm: string }) {
    super(`The bytes do not meet their checksum: ${facts.actual} instead of ${facts.expected}.`, {
      code: "checksum-mismatch",
      facts,
    });
  }
}

/** The local file of a download can't be written; the bytes go elsewhere. */
export class PartialFileError extends LarderError {
  constructor(error: unknown) {
    const reason = typeof error === "object" && error !== null && "code" in error ? String(error.code) : "failed";
    super(`A partial download could not be written: ${reason}.`, { code: reason, facts: { reason } });
  }
}
