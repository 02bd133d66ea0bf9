import type { Connection } from "../connect-options.js";
import type { RemoteSubject } from "../remote-failure.js";
import type { HttpAnswer } from "./http-answer.js";
import type { RequestBody } from "./http-exchange.js";

/** A request to a service that keeps objects, before it has an address and a signature. */
export interface ServiceRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** Of the object within the bundle; `undefined`: about the bundle itself. */
  readonly path: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
  readonly subject: RemoteSubject;
  readonly signal?: AbortSignal | undefined;
}

/** In what services that are spoken to over HTTP differ. */
export interface ObjectService {
  /** Canonical address of the bundle. */
  readonly url: string;
  readonly connection: Connection;
  /** Gives a request its address and authorisation, and sends it once; redirects that belong to the protocol are followed. */
  send(request: ServiceRequest): Promise<HttpAnswer>;
  /** The version that an answer tells of; `undefined` when it tells none that changes with every change. */
  versionOf(headers: Headers): string | undefined;
  /** Headers by which the service reads only this version, or any but that. */
  readConditions(ifVersion: string | undefined, unlessVersion: string | undefined): Readonly<Record<string, string>>;
  /** What to do when access is denied. */
  readonly accessAdvice: string;
}

/** A service that objects can be written to. */
export interface WritableService extends ObjectService {
  /** Headers by which the service writes only over this version, or only where there is none. */
  writeConditions(ifVersion: string | null): Readonly<Record<string, string>>;
  /** Whether conditions of writes are known to be heeded; else that is tried before the first of them. */
  readonly heedsConditions: boolean;
  /** Larger objects are uploaded in parts of this size. */
  readonly uploadPartBytes: number;
  /** What all keys of the bundle begin with: nothing, or a prefix with its slash. */
  readonly keyPrefix: string;
}

/** Strong ETags only: weak ones stay the same when a byte changes. */
export function strongEtag(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  return etag !== null && /^"[^"]*"$/.test(etag) ? etag : undefined;
}

export function etagConditions(
  ifVersion: string | undefined,
  unlessVersion: string | undefined,
): Record<string, string> {
  return {
    ...(ifVersion !== undefined && { "if-match": ifVersion }),
    ...(unlessVersion !== undefined && { "if-none-match": unlessVersion }),
  };
}
