import type { OpenFolioOptions } from "./folio-options.js";
import { invalidOption } from "./invalid-option.js";
import { checkOptions, isAnObject, isChecked, isFunction, isText, type OptionChecks } from "./reading/check-options.js";
import type { RemoteConnectOptions, RetryOptions } from "./remote/connect-options.js";

/** @throws LarderError `invalid-option`, with the nearest name for one that is not known; what settings may be is looked at elsewhere */
export function checkOpenOptions(url: string, options: OpenFolioOptions | undefined): void {
  if (isText(url) !== undefined) throw invalidOption("url", "an address or a path, as text", url);
  checkOptions(options, openChecks);
  checkOptions(options?.connect, connectChecks, "connect.");
  checkOptions(options?.connect?.retry, retryChecks, "connect.retry.");
}

const openChecks: OptionChecks<OpenFolioOptions> = {
  cache: isAnObject,
  connect: isAnObject,
  storage: isAnObject,
  clock: isAnObject,
  random: isFunction,
  onEvent: isFunction,
  log: isFunction,
  env: isAnObject,
};

const connectChecks: OptionChecks<RemoteConnectOptions> = {
  endpoint: isText,
  region: isText,
  credentials: (value) => (isAnObject(value) && isFunction(value) ? "an object or a function" : undefined),
  uploadPartBytes: isChecked,
  headers: isAnObject,
  retry: isAnObject,
  timeoutMs: isChecked,
  clock: isAnObject,
  random: isFunction,
  sleep: isFunction,
  env: isAnObject,
  fetch: isFunction,
};

const retryChecks: OptionChecks<RetryOptions> = {
  attempts: isChecked,
  firstPauseMs: isChecked,
  longestPauseMs: isChecked,
};
