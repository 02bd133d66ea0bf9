import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Asked } from "./faulty-server.js";

/** How a service signs: Amazon's way, or Google's, which differs in names only. */
export interface SignatureScheme {
  readonly algorithm: "AWS4-HMAC-SHA256" | "GOOG4-HMAC-SHA256";
  readonly secretPrefix: "AWS4" | "GOOG4";
  readonly service: "s3" | "storage";
  readonly terminator: "aws4_request" | "goog4_request";
  /** Headers with this prefix must be signed. */
  readonly headerPrefix: "x-amz-" | "x-goog-";
}

export const amazonScheme: SignatureScheme = {
  algorithm: "AWS4-HMAC-SHA256",
  secretPrefix: "AWS4",
  service: "s3",
  terminator: "aws4_request",
  headerPrefix: "x-amz-",
};

export const googleScheme: SignatureScheme = {
  algorithm: "GOOG4-HMAC-SHA256",
  secretPrefix: "GOOG4",
  service: "storage",
  terminator: "goog4_request",
  headerPrefix: "x-goog-",
};

/** What the server knows. */
export interface KnownKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly region: string;
}

/** A refusal: status, the code of the service, and elements that its XML has besides. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly extra?: Readonly<Record<string, string>>;
}

const longestSkewMs = 15 * 60_000;

/** Verifies the signature of a request, as the services document it. @returns what is wrong, if anything */
export function verifySignature(asked: Asked, known: KnownKey, scheme: SignatureScheme): Refusal | undefined {
  const { headers } = asked;
  const { authorization } = headers;
  if (authorization === undefined) return { status: 403, code: "AccessDenied" };
  const fields = new RegExp(
    `^${scheme.algorithm} Credential=([^/]+)/(\\d{8})/([^/]+)/${scheme.service}/${scheme.terminator}, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$`,
  ).exec(authorization);
  if (fields === null) return { status: 400, code: "AuthorizationHeaderMalformed" };
  const [, accessKeyId, day, region, signedHeaders, signature] = fields as unknown as string[];
  if (region !== known.region) {
    return { status: 400, code: "AuthorizationHeaderMalformed", extra: { Region: known.region } };
  }
  if (accessKeyId !== known.accessKeyId) return { status: 403, code: "InvalidAccessKeyId" };
  const date = headers[`${scheme.headerPrefix}date`] ?? "";
  if (!date.startsWith(day!) || Math.abs(timeOf(date) - Date.now()) > longestSkewMs) {
    return { status: 403, code: "RequestTimeTooSkewed" };
  }
  if (known.sessionToken !== undefined && headers[`${scheme.headerPrefix}security-token`] !== known.sessionToken) {
    return { status: 403, code: "InvalidToken" };
  }
  const names = signedHeaders!.split(";");
  const needed = Object.keys(headers).filter((name) => name.startsWith(scheme.headerPrefix));
  if (!names.includes("host") || needed.some((name) => !names.includes(name)))
    return { status: 403, code: "AccessDenied" };
  const payload = headers[`${scheme.headerPrefix}content-sha256`] ?? "";
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== createHash("sha256").update(asked.body).digest("hex")) {
    return { status: 400, code: "XAmzContentSHA256Mismatch" };
  }
  const canonical = canonicalRequest(asked, names, payload);
  const scope = `${day}/${region}/${scheme.service}/${scheme.terminator}`;
  const toSign = [scheme.algorithm, date, scope, createHash("sha256").update(canonical).digest("hex")].join("\n");
  let key: Buffer = Buffer.from(scheme.secretPrefix + known.secretAccessKey);
  for (const text of [day!, region, scheme.service, scheme.terminator])
    key = createHmac("sha256", key).update(text).digest();
  const expected = createHmac("sha256", key).update(toSign).digest();
  if (timingSafeEqual(expected, Buffer.from(signature!, "hex"))) return undefined;
  // The real service shows all of it, too.
  const extra = { AWSAccessKeyId: accessKeyId, StringToSign: toSign, SignatureProvided: signature! };
  return { status: 403, code: "SignatureDoesNotMatch", extra };
}

function canonicalRequest(asked: Asked, names: readonly string[], payload: string): string {
  const query = [...asked.query].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort();
  return [
    asked.method,
    `/${asked.path.split("/").map(escaped).join("/")}`,
    query.join("&"),
    ...names.map((name) => `${name}:${(asked.headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    payload,
  ].join("\n");
}

function escaped(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function timeOf(date: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.map(Number) ?? [];
  return year === undefined ? Number.NaN : Date.UTC(year, month! - 1, day, hour, minute, second);
}
