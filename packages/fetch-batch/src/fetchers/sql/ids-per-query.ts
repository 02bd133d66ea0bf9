import { invalidOption } from "../../errors/invalid-request.js";

/** The option `idsPerQuery`, checked. @throws FetchBatchError `invalid-option` unless a whole number from 1 to `most` */
export function idsPerQueryOf(given: number | undefined, most: number, usual = most): number {
  if (given === undefined) return usual;
  if (Number.isInteger(given) && given >= 1 && given <= most) return given;
  throw invalidOption("idsPerQuery", `a whole number from 1 to ${most}`, given);
}
