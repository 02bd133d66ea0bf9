import type { BlobRecord } from "../../blob-record.js";
import type { ComputeTerms } from "./compute-terms.js";

/**
 * Whether a fresh value is to be computed anew before its time is over: `now − cost · beta · ln(random) ≥ expiry`. The
 * cost of computing, and a random number for each caller, spread the recomputations of many processes, so that most
 * likely one of them has done it before the value expires. `false` without an expiry, or where the cost is not known.
 *
 * The algorithm is XFetch: A. Vattani, F. Chierichetti, K. Lowenstein, "Optimal Probabilistic Cache Stampede Prevention",
 * Proceedings of the VLDB Endowment 8 (8), 2015.
 *
 * @param now - milliseconds since 1970
 * @param random - from 0 to less than 1
 */
export function isDueEarly(record: BlobRecord, { beta, template }: ComputeTerms, now: number, random: number): boolean {
  const { createdAt, expiresAt = Number.POSITIVE_INFINITY, costSeconds } = record;
  if (beta === undefined || costSeconds === undefined) return false;
  const expiry = Math.min(expiresAt, createdAt + (template.lifetimeMs ?? Number.POSITIVE_INFINITY));
  if (expiry === Number.POSITIVE_INFINITY) return false;
  // 1 − random is above 0, so the logarithm is finite.
  return now - costSeconds * 1000 * beta * Math.log(1 - random) >= expiry;
}
