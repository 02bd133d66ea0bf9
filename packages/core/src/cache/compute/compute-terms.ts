import { invalidOption } from "../invalid-option.js";
import { type RecordTemplate, recordTemplate } from "../make-record.js";
import type { GetOrSetOptions, StaleLimit } from "./get-or-set-options.js";

/** The options of `getOrSet`, checked, in milliseconds. What is absent is not wanted. */
export interface ComputeTerms {
  readonly template: RecordTemplate;
  readonly codec: string | undefined;
  /** Milliseconds after the time to live; `Infinity`: while it is kept. */
  readonly staleWhileRevalidateMs: number | undefined;
  readonly staleOnErrorMs: number | undefined;
  readonly beta: number | undefined;
  readonly softTimeoutMs: number | undefined;
  readonly hardTimeoutMs: number | undefined;
  readonly singleFlight: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Timers of Node take no more. */
const longestTimeoutMs = 2 ** 31 - 1;

const none: GetOrSetOptions = Object.freeze({});
const defaultTerms = checkedTerms(none);

/** @throws LarderError `invalid-ttl`, `invalid-option` */
export function computeTerms(options: GetOrSetOptions = none): ComputeTerms {
  return options === none ? defaultTerms : checkedTerms(options);
}

function checkedTerms(options: GetOrSetOptions): ComputeTerms {
  const { staleWhileRevalidate, staleOnError, earlyRecompute, softTimeoutMs, hardTimeoutMs } = options;
  const { singleFlight = true, signal } = options;
  const template = recordTemplate(options);
  checkTimeout("softTimeoutMs", softTimeoutMs);
  checkTimeout("hardTimeoutMs", hardTimeoutMs);
  if (softTimeoutMs !== undefined && hardTimeoutMs !== undefined && softTimeoutMs > hardTimeoutMs) {
    throw invalidOption("softTimeoutMs", `at most hardTimeoutMs, which is ${hardTimeoutMs}`, softTimeoutMs);
  }
  if (typeof singleFlight !== "boolean") throw invalidOption("singleFlight", "true or false", singleFlight);
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidOption("signal", "an AbortSignal", signal);
  }
  return {
    template,
    codec: options.codec,
    staleWhileRevalidateMs: staleMilliseconds("staleWhileRevalidate", staleWhileRevalidate, template),
    staleOnErrorMs: staleMilliseconds("staleOnError", staleOnError, template),
    beta: betaOf(earlyRecompute),
    softTimeoutMs,
    hardTimeoutMs,
    singleFlight,
    signal,
  };
}

function staleMilliseconds(
  option: string,
  limit: StaleLimit | undefined,
  { lifetimeMs }: RecordTemplate,
): number | undefined {
  if (limit === undefined || limit === false) return undefined;
  if (limit === true) return Number.POSITIVE_INFINITY;
  const seconds = typeof limit === "object" && limit !== null ? limit.maxStaleSeconds : undefined;
  if (!(typeof seconds === "number" && seconds > 0)) {
    throw invalidOption(option, "true, false, or { maxStaleSeconds } with a number of seconds above 0", limit);
  }
  if (lifetimeMs === undefined) {
    throw invalidOption(option, "true or false where there is no ttlSeconds to count maxStaleSeconds from", limit);
  }
  return seconds * 1000;
}

function betaOf(early: GetOrSetOptions["earlyRecompute"]): number | undefined {
  if (early === undefined) return undefined;
  const beta = typeof early === "object" && early !== null ? (early.beta ?? 1) : undefined;
  if (!(typeof beta === "number" && beta > 0 && beta < Infinity)) {
    throw invalidOption("earlyRecompute", "{ beta } with a number above 0, or {} for a beta of 1", early);
  }
  return beta;
}

function checkTimeout(option: string, milliseconds: number | undefined): void {
  if (milliseconds === undefined) return;
  if (!(typeof milliseconds === "number" && milliseconds > 0 && milliseconds <= longestTimeoutMs)) {
    throw invalidOption(
      option,
      `a number of milliseconds above 0, at most ${longestTimeoutMs} (25 days)`,
      milliseconds,
    );
  }
}
