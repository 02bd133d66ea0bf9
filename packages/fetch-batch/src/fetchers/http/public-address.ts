/** An address as it may stand in a message: without user, password, query and fragment, which may hold secrets. */
export function publicAddress(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
