import type { BlobRecord } from "@larder/core";

/** What its record says of how a table is stored. */
export type TableState =
  /** Stored cold. */
  | { readonly is: "cold" }
  /** Stored cold at first, and made hot since. */
  | { readonly is: "made-hot"; readonly coldBytes: number };

/** `undefined`: no table, or one that was stored hot. */
export function tableState({ codec, details }: BlobRecord): TableState | undefined {
  if (codec !== "larder.parquet.1" || details === undefined) return undefined;
  if (details.profile === "cold") return { is: "cold" };
  const { coldBytes } = details;
  return typeof coldBytes === "number" && coldBytes >= 0 ? { is: "made-hot", coldBytes } : undefined;
}

/** The record of the same table made hot; its bytes are told by who stores it. */
export function recordMadeHot(cold: BlobRecord): BlobRecord {
  const { profile: _, ...details } = cold.details ?? {};
  return { ...cold, details: { ...details, coldBytes: cold.byteLength } };
}

/** The record of the same table made cold again. */
export function recordMadeCold(hot: BlobRecord): BlobRecord {
  const { coldBytes: _, ...details } = hot.details ?? {};
  return { ...hot, details: { ...details, profile: "cold" } };
}
