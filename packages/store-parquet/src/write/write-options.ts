import { LarderError } from "@larder/core";
import type { ArrowLikeField, ArrowLikeType } from "../arrow/arrow-like.js";
import { nearestName } from "../arrow/nearest-name.js";
import { bitsetBytes, loadBloomHash } from "../format/bloom-filter.js";
import { type Compression, coldCompression } from "../format/page-compressor.js";
import { leafOf } from "../format/parquet-leaf.js";
import { type BloomRequest, canHaveBloomFilter } from "./bloom-hashes.js";
import { isNested } from "./nested/written-node.js";
import { defaultPages, type PageLayout } from "./page-layout.js";

/** How Parquet files are written. */
export interface EncodeParquetOptions {
  /**
   * What the file is for: `"hot"` (default) is not compressed, so that reading it is hardly more than copying it; `"cold"` takes less
   * room: zstd where it can be had, else lz4. All else is the same.
   */
  readonly profile?: TableProfile;
  /** Instead of what the profile says. `"zstd"` and `"brotli"` are slow to write or to read; each must be there to be used. */
  readonly compression?: Compression;
  /** Most rows in a row group, at least 1; default 1,048,576, and 131,072 where a column is nested. */
  readonly rowGroupRows?: number;
  /** A row group ends early when its values take more bytes than this (one row always fits), at least 1; default 128 MiB. */
  readonly rowGroupBytes?: number;
  /** Most rows in a page, at least 1; default 65,536. Small pages are quicker to look single rows up in, large ones to read whole. */
  readonly pageRows?: number;
  /** A page ends early when its values take more bytes than this (one row always fits), 1 to 2³⁰; default 1 MiB. */
  readonly pageBytes?: number;
  /**
   * Columns that get bloom filters, by which a search for single values passes over row groups: names, or names with how they
   * are made. Any column of plain values but booleans, half floats and decimals of more than 38 digits.
   */
  readonly bloomFilters?: readonly string[] | Readonly<Record<string, BloomFilterOptions>>;
}

/** What a file is for: to be read often, or to be kept. */
export type TableProfile = "hot" | "cold";

/** How a bloom filter is made. */
export interface BloomFilterOptions {
  /** How often a row group is searched in vain: above 0, below 1; default 0.01. Ten times rarer takes half as many bytes more. */
  readonly falsePositiveRate?: number;
}

/** Options that were found to be sound. */
export interface CheckedOptions {
  readonly compression: Compression;
  readonly rowGroupRows: number;
  readonly rowGroupBytes: number;
  readonly layout: PageLayout;
  /** By column. */
  readonly bloomFilters: ReadonlyMap<string, BloomRequest>;
}

const defaultRowGroupRows = 2 ** 20;

/** Nested columns are taken apart, and put together, a row group at a time. */
const defaultNestedRowGroupRows = 2 ** 17;

const defaultRowGroupBytes = 2 ** 27;

/** Sizes in page headers are of 31 bits. */
const mostPageBytes = 2 ** 30;

/** @throws LarderError `invalid-option`, and `unknown-column` for a bloom filter of a column that is not there */
export async function checkOptions(
  options: EncodeParquetOptions,
  fields: readonly ArrowLikeField[],
): Promise<CheckedOptions> {
  const {
    profile = "hot",
    rowGroupRows = fields.some(({ type }) => isNested(type)) ? defaultNestedRowGroupRows : defaultRowGroupRows,
    rowGroupBytes = defaultRowGroupBytes,
    pageRows = defaultPages.pageRows,
    pageBytes = defaultPages.pageBytes,
  } = options;
  if (profile !== "hot" && profile !== "cold") {
    throw new LarderError(`profile must be "hot" or "cold", not ${JSON.stringify(profile)}.`, {
      code: "invalid-option",
      facts: { profile },
    });
  }
  for (const [name, value] of Object.entries({ rowGroupRows, rowGroupBytes, pageRows, pageBytes })) {
    const most = name === "pageBytes" ? mostPageBytes : Number.MAX_SAFE_INTEGER;
    if (!Number.isInteger(value) || value < 1 || value > most) {
      const range = name === "pageBytes" ? `from 1 to ${most}` : "of at least 1";
      throw new LarderError(`${name} must be a whole number ${range}, not ${value}.`, {
        code: "invalid-option",
        facts: { [name]: value },
      });
    }
  }
  const compression = options.compression ?? (profile === "cold" ? await coldCompression() : "none");
  const bloomFilters = new Map<string, BloomRequest>();
  for (const [name, { falsePositiveRate = 0.01 }] of askedFilters(options.bloomFilters)) {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field) throw unknownColumn(name, fields);
    if (!isBloomColumn(field.type)) {
      throw new LarderError(
        `Column ${JSON.stringify(name)} can't have a bloom filter: it must hold plain values, no booleans, half floats or decimals of more than 38 digits.`,
        { code: "invalid-option", facts: { column: name } },
      );
    }
    bitsetBytes(0, falsePositiveRate);
    bloomFilters.set(name, { falsePositiveRate, hash: await loadBloomHash() });
  }
  const layout = { ...defaultPages, pageRows, pageBytes };
  return { compression, rowGroupRows, rowGroupBytes, layout, bloomFilters };
}

/**
 * The same options, without bloom filters of columns that a table lacks or that can't have one: for options that are meant for
 * many tables.
 */
export function optionsForTable(
  options: EncodeParquetOptions,
  fields: readonly ArrowLikeField[],
): EncodeParquetOptions {
  if (!options.bloomFilters) return options;
  const able = new Set(fields.filter(({ type }) => isBloomColumn(type)).map(({ name }) => name));
  const kept = askedFilters(options.bloomFilters).filter(([name]) => able.has(name));
  return { ...options, bloomFilters: Object.fromEntries(kept) };
}

function askedFilters(asked: EncodeParquetOptions["bloomFilters"]): [name: string, options: BloomFilterOptions][] {
  if (Array.isArray(asked)) return (asked as readonly string[]).map((name) => [name, {}]);
  return Object.entries((asked as Readonly<Record<string, BloomFilterOptions>> | undefined) ?? {});
}

function isBloomColumn(type: ArrowLikeType): boolean {
  const leaf = leafOf(type);
  return leaf !== undefined && canHaveBloomFilter(leaf);
}

function unknownColumn(name: string, fields: readonly ArrowLikeField[]): LarderError {
  const names = fields.map((field) => field.name);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? "" : ` Did you mean ${JSON.stringify(nearest)}?`;
  return new LarderError(
    `A bloom filter is asked for of column ${JSON.stringify(name)}, which the table lacks.${hint}`,
    {
      code: "unknown-column",
      facts: { column: name, columns: names },
    },
  );
}
