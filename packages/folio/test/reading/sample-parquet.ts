import { MemoryCache } from "@larder/core";
import { tableFromArrays } from "apache-arrow";
import { openFolioStore } from "../../src/cached/open-folio-store.js";

/** A Parquet file of two columns that do not compress, of some 10 bytes a row. */
export async function sampleParquet(rows: number, shift = 0): Promise<Uint8Array> {
  const store = await openFolioStore({ backend: new MemoryCache() });
  try {
    const noise = Float64Array.from({ length: rows }, (_, i) => Math.sin(i * 12.9898 + shift) * 43_758.5453);
    const table = tableFromArrays({ id: Int32Array.from({ length: rows }, (_, i) => i + shift), noise });
    return (await store.encodeTable(table)).bytes;
  } finally {
    await store.close();
  }
}
