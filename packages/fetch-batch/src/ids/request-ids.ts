import type { DatasetIds, IdKind } from "@larder/core";
import { invalidId, invalidOption } from "../errors/invalid-request.js";

/** An array of whole numbers. */
export type IntegerArray =
  | BigInt64Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | Float64Array;

/** Ids as a caller gives them: whole numbers of 64 bits with a sign, or, with `idKind: "text"`, texts. */
export type RequestIds = readonly (number | bigint)[] | IntegerArray | readonly string[];

const two32 = 2 ** 32;
const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;
const wholeNumber = "a whole number of 64 bits: a number within ±(2⁵³ − 1), or a bigint";

/**
 * Ids as a dataset takes them, in their order, in memory of their own.
 *
 * @throws FetchBatchError `invalid-id`, `invalid-option`
 */
export function requestIds(ids: RequestIds, kind: IdKind): DatasetIds {
  if (kind === "text") return textIds(ids);
  if (ids instanceof BigInt64Array) return ids.slice();
  if (Array.isArray(ids) || (ArrayBuffer.isView(ids) && !(ids instanceof DataView))) {
    return numberIds(ids as ArrayLike<unknown>);
  }
  throw invalidOption("ids", "an array of ids", ids);
}

function numberIds(ids: ArrayLike<unknown>): BigInt64Array {
  const own = new BigInt64Array(ids.length);
  const words = new Int32Array(own.buffer);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i];
    if (typeof id === "number") {
      if (!Number.isSafeInteger(id)) throw invalidId(id, i, wholeNumber);
      const high = Math.floor(id / two32);
      words[2 * i] = id - high * two32;
      words[2 * i + 1] = high;
    } else if (typeof id === "bigint") {
      if (id < least || id > most) throw invalidId(id, i, wholeNumber);
      own[i] = id;
    } else {
      const hint = typeof id === "string" ? `${wholeNumber} (texts need the option idKind: "text")` : wholeNumber;
      throw invalidId(id, i, hint);
    }
  }
  return own;
}

function textIds(ids: unknown): readonly string[] {
  if (!Array.isArray(ids)) throw invalidOption("ids", 'an array of texts, as idKind is "text"', ids);
  return Array.from(ids as readonly unknown[], (id, i) => {
    if (typeof id !== "string") throw invalidId(id, i, 'a text, as idKind is "text"');
    if (!id.isWellFormed()) throw invalidId(id, i, "well-formed Unicode: no surrogate without its partner");
    return id;
  });
}
