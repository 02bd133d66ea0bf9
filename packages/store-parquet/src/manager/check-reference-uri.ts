import { LarderError, secretInAddress } from "@larder/core";

/**
 * Checks the address of a reference: a URL that gives nobody access by itself. No error shows the address.
 *
 * @throws LarderError `invalid-reference`, `secret-in-reference`
 */
export function checkReferenceUri(uri: unknown): void {
  if (typeof uri !== "string" || uri === "" || uri !== uri.trim()) {
    throw new LarderError(
      "The remote reference has no address: uri must be a URL such as 's3://lab/flights.parquet'.",
      {
        code: "invalid-reference",
        facts: { why: "no uri" },
      },
    );
  }
  if (!URL.canParse(uri)) {
    throw new LarderError(
      "The address of the remote reference is no URL. It begins with a scheme, as 's3://lab/flights.parquet' does.",
      { code: "invalid-reference", facts: { why: "no URL" } },
    );
  }
  const secret = secretInAddress(uri);
  if (secret !== undefined) throw refused(secret);
}

/** Checks that the addresses in a text have no secret in them. @throws LarderError `secret-in-reference` */
export function checkWithoutSecrets(text: string, what: string): void {
  for (const [address] of text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+/gi)) {
    const secret = secretInAddress(address);
    if (secret !== undefined) throw refused(`${secret} of an address in its ${what}`);
  }
}

function refused(what: string): LarderError {
  return new LarderError(
    `The remote reference was refused: it has ${what}, which would be stored and shown. Give the plain address, and let the resolver add what it needs to read it.`,
    { code: "secret-in-reference", facts: { what } },
  );
}
