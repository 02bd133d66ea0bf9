import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import { invalidOption } from "../../errors/invalid-request.js";
import type { FetchContext, FetchIds } from "../../fetcher.js";
import { stringifyExactJson } from "../json/stringify-exact-json.js";
import { publicAddress } from "./public-address.js";

/** What to ask of an HTTP endpoint. */
export interface HttpRequest {
  readonly url: string | URL;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a function may make for some ids: an address, or more than that. */
export type MadeRequest = string | URL | Request | HttpRequest;

/** The parts of what was made. */
export async function partsOfRequest(made: MadeRequest): Promise<HttpRequest> {
  if (typeof made === "string" || made instanceof URL) return { url: made };
  if (!(made instanceof Request)) return made;
  const { url, method } = made;
  const body = made.body === null ? {} : { body: await made.text() };
  return { url, method, headers: Object.fromEntries(made.headers), ...body };
}

/** A request that `fetch` takes as it is, and how it may be named in messages. */
export interface ReadyRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
  readonly place: string;
}

/**
 * The request for some ids at one address. `GET`: `ids` in the query, whole numbers with commas between, texts one parameter each, and
 * `columns` with commas between. `POST`: a JSON object `{ ids, columns, table }`.
 */
export function requestForIds(
  url: string | URL,
  method: "GET" | "POST",
  ids: FetchIds,
  table: string,
  columns: FetchContext["columns"],
): HttpRequest {
  if (method === "POST") {
    const body = stringifyExactJson({ ids, columns, table })!;
    return { url, method, body, headers: { "content-type": "application/json" } };
  }
  const address = parsedUrl(url);
  if (typeof ids[0] === "string") for (const id of ids) address.searchParams.append("ids", String(id));
  else address.searchParams.set("ids", ids.join(","));
  address.searchParams.set("columns", columns.join(","));
  return { url: address, method };
}

/**
 * Makes a request ready to be sent: user and password of the address become a header, as `fetch` wants it.
 *
 * @param headers - of all requests; those of the request itself come first
 * @throws FetchBatchError `invalid-option` for what is no address, or has a user or password that can't be decoded
 */
export function readyRequest(request: HttpRequest, headers: Readonly<Record<string, string>>): ReadyRequest {
  const url = parsedUrl(request.url);
  const all = new Headers({ accept: "application/json" });
  for (const some of [headers, request.headers ?? {}]) {
    for (const [name, value] of Object.entries(some)) setHeader(all, name, value);
  }
  if (url.username !== "" || url.password !== "") {
    const user = `${decoded(url.username)}:${decoded(url.password)}`;
    if (!all.has("authorization")) all.set("authorization", `Basic ${Buffer.from(user).toString("base64")}`);
    url.username = "";
    url.password = "";
  }
  const { method = "GET", body = null } = request;
  return { url: url.href, method, headers: all, body, place: publicAddress(url) };
}

function setHeader(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch {
    // Its message would tell the value, which may be a secret.
    throw invalidOption("headers", "names and values that HTTP allows", name);
  }
}

function parsedUrl(url: string | URL): URL {
  if (URL.canParse(String(url))) {
    const parsed = new URL(url);
    if (parsed.protocol === "http:" || parsed.protocol === "https:") return parsed;
  }
  throw invalidAddress("is no http: or https: URL");
}

function decoded(userOrPassword: string): string {
  try {
    return decodeURIComponent(userOrPassword);
  } catch {
    throw invalidAddress("has a user or password in which a % does not begin the code of a byte (% itself is %25)");
  }
}

/** What the address is instead is not said: it may hold a secret. */
function invalidAddress(flaw: string): FetchBatchError {
  return new FetchBatchError(`The address given to httpJsonFetcher ${flaw}. Correct the option url.`, {
    code: "invalid-option",
    facts: { option: "url" },
  });
}
