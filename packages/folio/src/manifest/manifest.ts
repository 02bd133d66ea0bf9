import type { ColumnSchema, JsonObject } from "@larder/core";

/** Name of the manifest within a bundle. */
export const manifestPath = "items.json";

/** What an item is; says how its bytes become a value. */
export type ItemKind = "table" | "json" | "array" | "binary" | "model" | "text" | "timestamp" | "file";

export type ChecksumAlgorithm = "md5" | "sha1" | "sha256" | "blake3" | "xxh128";

/**
 * Where the digests of an item's chunks are, so that a part of the item can be verified alone. The list has 32 bytes for each
 * chunk, in order: BLAKE3-256 of the item's bytes from `n × chunkBytes` on, the last chunk as short as it is.
 */
export interface ItemChunks {
  /** Path of the list within the bundle, also where the item itself is a reference. */
  readonly file: string;
  /** A power of two from 4 KiB to 1 MiB. */
  readonly chunkBytes: number;
  readonly algorithm: "blake3";
  /** SHA-256 of the list's bytes, lower-case hexadecimal. */
  readonly checksum: string;
}

/** One item, as the manifest tells of it. Times are ISO 8601 in UTC, to the millisecond. */
export interface ManifestItem {
  readonly kind: ItemKind;
  /** Path within the bundle; for a reference to data elsewhere, absent. */
  readonly file?: string | undefined;
  /** Address of data elsewhere, without secrets. */
  readonly reference?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** Lower-case hexadecimal, by `checksumAlgorithm`. Absent in older bundles. */
  readonly checksum?: string | undefined;
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined;
  /** Only with `sizeBytes` and `checksum`. Larder writes it for tables that are read in parts. */
  readonly chunks?: ItemChunks | undefined;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
  /** Such as `maria@host`. */
  readonly updatedBy?: string | undefined;
  /** Names and types of a table's columns, where its writer knew them. */
  readonly schema?: readonly ColumnSchema[] | undefined;
  readonly rows?: number | undefined;
  readonly description?: string | undefined;
  /** Fields this version does not know: kept when the manifest is written again. */
  readonly other?: JsonObject | undefined;
}

/** The list of a bundle's items. Its format: `docs/folio-format.md`. */
export interface Manifest {
  readonly formatVersion: 1;
  readonly createdAt?: string | undefined;
  readonly updatedAt?: string | undefined;
  readonly description?: string | undefined;
  /** By name. A map, so that no name is special. */
  readonly items: ReadonlyMap<string, ManifestItem>;
  readonly other?: JsonObject | undefined;
}

/** A manifest as it was read. */
export interface ReadManifest {
  readonly manifest: Manifest;
  /** Of the object it was read from. */
  readonly version: string | undefined;
  /** SHA-256 of its bytes, lower-case hexadecimal. */
  readonly checksum: string;
}
