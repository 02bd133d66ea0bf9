import type { RemoteConnectOptions } from "../connect-options.js";
import { connectionOf } from "../connect-options.js";
import { invalidConnectOption } from "../invalid-connect-option.js";
import { remoteFailure } from "../remote-failure.js";
import { type BundleAddress, encodedPath } from "../remote-path.js";
import type { RemoteStorage } from "../remote-storage.js";
import type { HttpAnswer } from "../service/http-answer.js";
import { exchange } from "../service/http-exchange.js";
import { etagConditions, type ObjectService, type ServiceRequest, strongEtag } from "../service/object-service.js";
import { headObject, readObject } from "../service/read-object.js";

const mostRedirects = 5;

/**
 * A bundle that a web server shows; read only. Versions are strong ETags. Redirects are followed, up to five, never from
 * https to http; what identifies the reader goes to the host of the bundle only.
 *
 * @throws LarderError `invalid-option` for headers that can't be sent
 */
export function httpStorage(address: BundleAddress, options: RemoteConnectOptions = {}): RemoteStorage {
  const own = ownHeaders(address, options);
  const service: ObjectService = {
    url: address.url,
    connection: connectionOf(options),
    versionOf: strongEtag,
    readConditions: etagConditions,
    accessAdvice:
      "Give credentials in the address (https://user:password@host/…) or in the option 'headers', and check what they allow.",
    send: (request) => follow(service, request, own),
  };
  return {
    url: address.url,
    abilities: { write: false, list: false, ranges: true, conditionalWrites: false },
    head: (path, options) => headObject(service, path, options),
    read: (path, options) => readObject(service, path, options),
  };
}

async function follow(
  service: ObjectService,
  { method, path, headers, subject, signal }: ServiceRequest,
  own: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const first = new URL(`${service.url}/${encodedPath(path ?? "")}`);
  let url = first;
  for (let hops = 0; ; hops++) {
    const personal = url.origin === first.origin ? own : {};
    const answer = await exchange(service.connection, {
      method,
      url,
      headers: { ...personal, ...headers },
      subject,
      signal,
    });
    const location = answer.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === null) return answer;
    await answer.discard();
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next === undefined || !isFollowed(url, next) || hops === mostRedirects) {
      const why =
        next !== undefined && isFollowed(url, next)
          ? `it was redirected more than ${mostRedirects} times`
          : "it was redirected to an address that is not followed";
      throw remoteFailure("remote-failed", subject, why, { status: answer.status });
    }
    url = next;
  }
}

/** Not from https to http, and to no address with a user in it, which `fetch` does not take. */
function isFollowed(from: URL, to: URL): boolean {
  const isSecure = to.protocol === "https:" || (to.protocol === "http:" && from.protocol === "http:");
  return isSecure && to.username === "" && to.password === "";
}

/** Headers that identify the reader. What the caller gives goes before what the address holds. */
function ownHeaders(address: BundleAddress, options: RemoteConnectOptions): Record<string, string> {
  const own: Record<string, string> = {};
  if (address.authorization !== undefined) own.authorization = address.authorization;
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    try {
      new Headers({ [name]: value });
    } catch {
      throw invalidConnectOption("headers", "names and values that can be sent", options.headers);
    }
    own[name.toLowerCase()] = value;
  }
  return own;
}
