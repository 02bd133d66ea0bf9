import { createHash, createHmac } from "node:crypto";
import type { RemoteCredentials } from "../connect-options.js";

/** What is signed. */
export interface ToSign {
  readonly method: string;
  /** With its path and query escaped by RFC 3986. */
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of now, as `20261127T195900Z`. */
  readonly date: string;
  readonly region: string;
}

/**
 * Headers that sign a request to the XML API of Google Cloud Storage with an HMAC key: the V4 process with
 * `GOOG4-HMAC-SHA256` (https://cloud.google.com/storage/docs/authentication/signatures). Amazon's variant of it, which
 * Google also takes, does not go with the `x-goog-` headers that make writes conditional.
 *
 * @returns all that `headers` held, with those that the signature needs
 */
export function signGoog4(request: ToSign, key: RemoteCredentials): Record<string, string> {
  const { method, url, date, region } = request;
  const headers: Record<string, string> = {
    ...request.headers,
    host: url.host,
    "x-goog-content-sha256": "UNSIGNED-PAYLOAD",
    "x-goog-date": date,
    ...(key.sessionToken !== undefined && { "x-goog-security-token": key.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const query = url.search.slice(1).split("&").filter(Boolean).sort().join("&");
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${headers[name]!.trim().replace(/\s+/g, " ")}`),
    "",
    names.join(";"),
    headers["x-goog-content-sha256"],
  ].join("\n");
  const day = date.slice(0, 8);
  const scope = `${day}/${region}/storage/goog4_request`;
  const toSign = ["GOOG4-HMAC-SHA256", date, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  const signingKey = [day, region, "storage", "goog4_request"].reduce<Buffer | string>(
    (under, text) => createHmac("sha256", under).update(text).digest(),
    `GOOG4${key.secretAccessKey}`,
  );
  const signature = createHmac("sha256", signingKey).update(toSign).digest("hex");
  const { host: _, ...sent } = headers;
  return {
    ...sent,
    authorization: `GOOG4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}
