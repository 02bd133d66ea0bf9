import { LarderError } from "@larder/core";
import type { RemoteConnectOptions, RemoteCredentials } from "../connect-options.js";
import { invalidConnectOption } from "../invalid-connect-option.js";

/** The variables of the environment that hold a key. */
export interface KeyVariables {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Where the credentials of a service come from: the options, else the environment. The function answers `undefined` when
 * there are none.
 *
 * @throws LarderError `invalid-option`, `incomplete-credentials`
 */
export function credentialsFrom(
  { credentials }: RemoteConnectOptions,
  env: Readonly<Record<string, string | undefined>>,
  variables: KeyVariables,
): () => Promise<RemoteCredentials | undefined> {
  if (typeof credentials === "function") return async () => checked(await credentials());
  const found = credentials === undefined ? fromEnvironment(env, variables) : checked(credentials);
  return async () => found;
}

/** @param value - of the option `endpoint`, or a variable. Not shown: it may hold a secret */
export function checkedEndpoint(value: string, option: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain =
    url !== undefined && url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw invalidConnectOption(
      option,
      "a URL such as 'https://s3.example.org', without user, password and query",
      value,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

function fromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  variables: KeyVariables,
): RemoteCredentials | undefined {
  const accessKeyId = env[variables.accessKeyId];
  const secretAccessKey = env[variables.secretAccessKey];
  const sessionToken = variables.sessionToken === undefined ? undefined : env[variables.sessionToken];
  if (!accessKeyId && !secretAccessKey) return undefined;
  if (!accessKeyId || !secretAccessKey) {
    const missing = accessKeyId ? variables.secretAccessKey : variables.accessKeyId;
    const there = accessKeyId ? variables.accessKeyId : variables.secretAccessKey;
    throw new LarderError(
      `The environment variable ${there} is set, and ${missing} is not. Set both, or none to read public buckets.`,
      { code: "incomplete-credentials", facts: { missing } },
    );
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

function checked(credentials: RemoteCredentials): RemoteCredentials {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  for (const [name, value] of Object.entries({ accessKeyId, secretAccessKey })) {
    if (typeof value !== "string" || value === "")
      throw invalidConnectOption(`credentials.${name}`, "a text that is not empty", value);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
