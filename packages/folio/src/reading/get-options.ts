import type { GetOptions } from "../folio.js";
import {
  isAnObject,
  isFlag,
  isFunction,
  isListOfNames,
  isSignal,
  isTimeToLive,
  type OptionChecks,
} from "./check-options.js";

/** The options of `table` and `stream`. */
export const readOptionChecks: OptionChecks<Omit<GetOptions, "columns" | "where">> = {
  useStale: isFlag,
  forceCache: isFlag,
  refresh: isFlag,
  offline: isFlag,
  ttlSeconds: isTimeToLive,
  signal: isSignal,
  onProgress: isFunction,
};

/** The options of `get`. */
export const getOptionChecks: OptionChecks<GetOptions> = {
  ...readOptionChecks,
  columns: isListOfNames,
  where: isAnObject,
};
