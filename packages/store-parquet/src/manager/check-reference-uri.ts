import { LarderError } from "@larder/core";

/** Parameters whose values give access, or may: signatures of object stores, tokens, keys, passwords. */
const secretName = /sig|token|secret|passw|pwd|credential|auth|key|session|jwt|bearer/i;

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
  const secret = secretIn(uri);
  if (secret !== undefined) throw refused(secret);
}

/** Checks that the addresses in a text have no secret in them. @throws LarderError `secret-in-reference` */
export function checkWithoutSecrets(text: string, what: string): void {
  for (const [address] of text.matchAll(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>`]+/gi)) {
    const secret = secretIn(address);
    if (secret !== undefined) throw refused(`${secret} of an address in its ${what}`);
  }
}

/** What in an address is a secret, without showing it. */
function secretIn(uri: string): string | undefined {
  // As it stands: of schemes it does not know, URL takes no user name apart.
  if (/^[a-z][a-z0-9+.-]*:\/*[^/?#]*@/i.test(uri)) return "a user name or password before the host";
  for (const name of parameterNames(uri)) {
    // Of the name only the word that gave it away: where there is no '=', all of it may be the secret.
    const [word] = secretName.exec(name) ?? [];
    if (word !== undefined) return `a parameter with '${word}' in its name`;
  }
  return undefined;
}

function parameterNames(uri: string): string[] {
  return uri
    .split(/[?&;#]/)
    .slice(1)
    .map((part) => part.split("=", 1)[0]!)
    .filter((name) => name !== "")
    .map(decoded);
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function refused(what: string): LarderError {
  return new LarderError(
    `The remote reference was refused: it has ${what}, which would be stored and shown. Give the plain address, and let the resolver add what it needs to read it.`,
    { code: "secret-in-reference", facts: { what } },
  );
}
