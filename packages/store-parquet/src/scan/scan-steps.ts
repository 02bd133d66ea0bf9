import { LarderError, type TableFilter } from "@larder/core";
import { filterText } from "./filter-text.js";

/** One narrowing of a scan; they apply in order, each to what the ones before left. */
export type ScanStep =
  | { readonly kind: "slice"; readonly offset: number; readonly length: number }
  | { readonly kind: "where"; readonly filter: TableFilter }
  | { readonly kind: "sample"; readonly count: number; readonly seed: number };

/** A slice. `length` may be Infinity. @throws LarderError `invalid-slice` */
export function sliceStep(offset: number, length: number): ScanStep {
  checkCount("offset", offset);
  if (length !== Number.POSITIVE_INFINITY) checkCount("length", length);
  return { kind: "slice", offset, length };
}

/** A sample. @throws LarderError `invalid-slice` */
export function sampleStep(count: number, seed: number): ScanStep {
  checkCount("number of rows", count, "sample");
  if (!Number.isSafeInteger(seed)) {
    throw new LarderError(`The seed of a sample must be a whole number, not ${seed}.`, {
      code: "invalid-slice",
      facts: { seed },
    });
  }
  return { kind: "sample", count, seed };
}

/** A step in words, such as `where delay > 60` or `head 20`. */
export function stepText(step: ScanStep): string {
  switch (step.kind) {
    case "where":
      return `where ${filterText(step.filter)}`;
    case "sample":
      return `sample ${step.count}, seed ${step.seed}`;
    case "slice":
      if (step.offset === 0) return `head ${step.length}`;
      return step.length === Number.POSITIVE_INFINITY
        ? `slice from row ${step.offset}`
        : `slice from row ${step.offset}, ${step.length} rows`;
  }
}

function checkCount(what: string, value: number, of = "slice"): void {
  if (Number.isInteger(value) && value >= 0) return;
  throw new LarderError(`The ${what} of a ${of} must be a whole number of at least 0, not ${value}.`, {
    code: "invalid-slice",
    facts: { [what]: value },
  });
}
