import type { WireValue } from "./wire-value.js";

/** The number of a value that was sent before. */
export interface SharedNumber {
  readonly kind: "shared";
  readonly number: number;
}

/** A value of a message: most are small and many, and each object of a message costs. */
export type SentValue = WireValue | SharedNumber;

/** Many values, those that are bytes behind each other. */
export interface PackedValues {
  /** For each value the number of its bytes, or one of {@link apart}. */
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Those that are no bytes, in their order. */
  readonly others: readonly unknown[];
}

/** What stands in place of a length. */
const apart = { plain: -1, whole: -2, json: -3 } as const;

/** From this length on bytes are sent by themselves. */
const largeBytes = 2 ** 20;

export function packValues(values: readonly SentValue[]): PackedValues {
  const lengths: number[] = [];
  const others: unknown[] = [];
  let total = 0;
  for (const value of values) {
    if (value.kind === "plain") {
      lengths.push(apart.plain);
      others.push(value.value);
    } else if (value.kind === "json") {
      lengths.push(apart.json);
      others.push(value.text);
    } else if (isSmall(value)) {
      lengths.push(value.bytes.byteLength);
      total += value.bytes.byteLength;
    } else {
      lengths.push(apart.whole);
      others.push(value);
    }
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const value of values) {
    if (!isSmall(value)) continue;
    bytes.set(value.bytes, at);
    at += value.bytes.byteLength;
  }
  return { lengths, bytes, others };
}

export function unpackValues({ lengths, bytes, others }: PackedValues): SentValue[] {
  let at = 0;
  let next = 0;
  return lengths.map((length): SentValue => {
    if (length === apart.plain) return { kind: "plain", value: others[next++] as string };
    if (length === apart.json) return { kind: "json", text: others[next++] as string };
    if (length === apart.whole) return others[next++] as SentValue;
    at += length;
    return { kind: "bytes", bytes: bytes.subarray(at - length, at) };
  });
}

function isSmall(value: SentValue): value is { readonly kind: "bytes"; readonly bytes: Uint8Array } {
  return value.kind === "bytes" && value.parts === undefined && value.bytes.byteLength < largeBytes;
}
