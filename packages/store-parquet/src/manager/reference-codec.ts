import { LarderError, type ValueCodec } from "@larder/core";
import {
  checkedFields,
  fieldsOfReference,
  isRemoteReference,
  type RemoteReference,
  remoteReference,
} from "./remote-reference.js";

/** A reference points; what it says besides must not be data of its own. */
const mostBytes = 65_536;

/** The codec for references to data elsewhere: each is stored as the JSON of its fields, never as what it points at. */
export function referenceCodec(): ValueCodec<RemoteReference> {
  return {
    name: "larder.reference.1",
    accepts: (value) => isRemoteReference(value) && whyNot(value) === undefined,
    explain: (value) => (isRemoteReference(value) ? whyNot(value)?.replace(/\.$/, "") : undefined),
    encode: (reference) => ({ bytes: bytesOf(reference) }),
    async decode(source) {
      if (source.byteLength > mostBytes) throw tooLarge(source.byteLength);
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await source.slice(0));
      return remoteReference(JSON.parse(text));
    },
  };
}

/** Checked again: a reference of another copy of this package may have been made by other rules. */
function whyNot(reference: RemoteReference): string | undefined {
  try {
    checkedFields(reference);
    const { byteLength } = bytesOf(reference);
    return byteLength > mostBytes ? tooLarge(byteLength).message : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function bytesOf(reference: RemoteReference): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(fieldsOfReference(reference)));
}

function tooLarge(byteLength: number): LarderError {
  return new LarderError(
    `A remote reference takes ${byteLength} bytes, and may take ${mostBytes}: leave its schema out, or shorten its note.`,
    { code: "invalid-reference", facts: { byteLength, mostBytes } },
  );
}
