import { jsonOfText } from "../columns/json-text.js";
import { FetchBatchError } from "../errors/fetch-batch-error.js";
import { invalidOption } from "../errors/invalid-request.js";
import { JsonParseError } from "../errors/json-parse-error.js";
import type { FetchContext, FetchedRow, FetchIds } from "../fetcher.js";
import { completeRow } from "./http/complete-row.js";
import { discardBody } from "./http/discard-body.js";
import { HttpFailedError } from "./http/http-failed-error.js";
import {
  type MadeRequest,
  partsOfRequest,
  type ReadyRequest,
  readyRequest,
  requestForIds,
} from "./http/http-request.js";
import { HttpStatusError } from "./http/http-status-error.js";
import { readText } from "./http/read-text.js";
import { retryAfterMs } from "./http/retry-after.js";
import { rowsAt } from "./http/rows-at.js";
import { chunksOf } from "./sql/chunks-of.js";

export interface HttpJsonFetcherOptions {
  /** An address; or what makes the request for some ids. */
  readonly url:
    | string
    | URL
    | ((ids: FetchIds, table: string, context: FetchContext) => MadeRequest | Promise<MadeRequest>);
  /**
   * How one address is asked; default `GET`, with `?ids=1,2&columns=id,name` (ids that are texts: one `ids` each). `POST`: with a body
   * `{ ids, columns, table }`.
   */
  readonly method?: "GET" | "POST";
  /** Of all requests; a function is called before each. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);
  /** Default 100; the requests of a batch are sent one after the other. */
  readonly idsPerRequest?: number;
  /** Names on the way to the array of rows in the answer, with dots between: `data.items`. Default: the answer is that array. */
  readonly rowsAt?: string;
  /** What it means when a row lacks a column that was asked for. Default `error`. */
  readonly absentFields?: "error" | "null";
  /** The largest answer to one request, in bytes. Default 64 MiB. */
  readonly mostBytes?: number;
  /** Default: the `fetch` of Node. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** A fetcher that answers with rows. */
export type HttpJsonFetcher = (ids: FetchIds, table: string, context: FetchContext) => Promise<FetchedRow[]>;

/**
 * A fetcher for an HTTP endpoint that answers with JSON: an array of objects, somewhere in it. Whole numbers beyond ±(2⁵³ − 1) are bigints.
 * Messages name an address without user, password and query.
 *
 * @throws HttpStatusError for another status than 2xx; HttpFailedError when there is no answer; FetchBatchError `invalid-json`, with `position` among the facts, `invalid-answer`,
 *   `absent-field`, `answer-too-large`, `invalid-option`
 */
export function httpJsonFetcher(options: HttpJsonFetcherOptions): HttpJsonFetcher {
  const { url, method = "GET", headers = {}, idsPerRequest = 100, absentFields = "error" } = options;
  if (!Number.isInteger(idsPerRequest) || idsPerRequest < 1) {
    throw invalidOption("idsPerRequest", "a whole number, at least 1", idsPerRequest);
  }
  const path = options.rowsAt === undefined || options.rowsAt === "" ? [] : options.rowsAt.split(".");

  async function requestFor(ids: FetchIds, table: string, context: FetchContext): Promise<ReadyRequest> {
    const made =
      typeof url === "function"
        ? await url(ids, table, context)
        : requestForIds(url, method, ids, table, context.columns);
    return readyRequest(await partsOfRequest(made), typeof headers === "function" ? await headers() : headers);
  }

  return async (ids, table, context) => {
    const rows: FetchedRow[] = [];
    for (const chunk of chunksOf<number | bigint | string>(ids, idsPerRequest)) {
      context.signal.throwIfAborted();
      const request = await requestFor(chunk as FetchIds, table, context);
      const answer = jsonOf(await textOf(request, context.signal, options), request.place);
      for (const row of rowsAt(answer, path, request.place)) {
        rows.push(completeRow(row, context.columns, absentFields, request.place));
      }
    }
    return rows;
  };
}

async function textOf(request: ReadyRequest, signal: AbortSignal, options: HttpJsonFetcherOptions): Promise<string> {
  const { fetch: send = fetch, mostBytes = 64 * 2 ** 20 } = options;
  const { url, place, ...init } = request;
  try {
    const response = await send(url, { ...init, signal });
    if (response.ok) return await readText(response, place, mostBytes);
    await discardBody(response);
    const wait = retryAfterMs(response.headers.get("retry-after"), Date.now());
    throw new HttpStatusError(place, response.status, response.statusText, wait);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FetchBatchError) throw error;
    throw new HttpFailedError(place, error);
  }
}

/** @throws FetchBatchError `invalid-json` */
function jsonOf(text: string, place: string): unknown {
  try {
    return jsonOfText(text);
  } catch (cause) {
    if (!(cause instanceof JsonParseError)) throw cause;
    const { position } = cause;
    throw new FetchBatchError(`The answer of ${place} is not JSON from character ${position} on.`, {
      code: "invalid-json",
      facts: { place, position },
      cause,
    });
  }
}
