import { packLengths } from "../format/delta-encode.js";
import type { EncodedPage } from "../format/encoded-chunk.js";
import type { PageLayout } from "./page-layout.js";
import { copyValue, type PresentValues } from "./present-values.js";

/** What a page says of values that are no dictionary's. */
type ValueBody = Pick<EncodedPage, "encoding" | "body" | "valueBytes">;

/** The body of a page of values. */
export function valueBody(values: PresentValues, { lengths }: Pick<PageLayout, "lengths">): ValueBody {
  if (values.kind !== "bytes") return { encoding: "PLAIN", body: [plainBody(values)] };
  const { offsets, bytes } = values;
  const first = offsets[0]!;
  const last = offsets[offsets.length - 1]!;
  const valueBytes = last - first;
  if (lengths === "mixed") return { encoding: "PLAIN", body: [plainBody(values)], valueBytes };
  const body = [packLengths(offsets), bytes.subarray(first, last)];
  return { encoding: "DELTA_LENGTH_BYTE_ARRAY", body, valueBytes };
}

/** Values in the PLAIN encoding. */
export function plainBody(values: PresentValues): Uint8Array {
  switch (values.kind) {
    case "nothing":
      return new Uint8Array(0);
    case "bits":
      return values.bits;
    case "fixed":
      return values.bytes;
    case "bytes":
      return mixedBody(values);
  }
}

/** Each value with its length before it. */
function mixedBody({ offsets, bytes }: Extract<PresentValues, { kind: "bytes" }>): Uint8Array {
  const count = offsets.length - 1;
  const body = new Uint8Array(offsets[count]! - offsets[0]! + 4 * count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const from = offsets[i]!;
    const to = offsets[i + 1]!;
    const length = to - from;
    body[at] = length;
    body[at + 1] = length >>> 8;
    body[at + 2] = length >>> 16;
    body[at + 3] = length >>> 24;
    at = copyValue(bytes, from, to, body, at + 4);
  }
  return body;
}
