import type { RemoteConnectOptions } from "./connect-options.js";
import { parseBundleUrl } from "./remote-path.js";

/**
 * How addresses on the host of another address are reached by whoever may read that: with its user and password. Headers that the
 * caller gives go before.
 *
 * @param url - with its user information, if it has any
 * @throws LarderError `invalid-bundle-url`
 */
export function withUserOf(url: string, options: RemoteConnectOptions): RemoteConnectOptions {
  const { authorization } = parseBundleUrl(url);
  return authorization === undefined ? options : { ...options, headers: { authorization, ...options.headers } };
}
