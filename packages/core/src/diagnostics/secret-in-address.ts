/** Parameters whose values give access, or may: signatures of object stores, tokens, keys, passwords. */
const secretName = /sig|token|secret|passw|pwd|credential|auth|key|session|jwt|bearer/i;

/**
 * What in an address gives access to who reads it, in words that don't show it: `a user name or password before the host`, or
 * a parameter whose name tells of a secret. `undefined` when nothing does.
 */
export function secretInAddress(address: string): string | undefined {
  // As it stands: of schemes it does not know, URL takes no user name apart.
  if (/^[a-z][a-z0-9+.-]*:\/*[^/?#]*@/i.test(address)) return "a user name or password before the host";
  for (const name of parameterNames(address)) {
    // Of the name only the word that gave it away: where there is no '=', all of it may be the secret.
    const [word] = secretName.exec(name) ?? [];
    if (word !== undefined) return `a parameter with '${word}' in its name`;
  }
  return undefined;
}

function parameterNames(address: string): string[] {
  return address
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
