import { LarderError } from "@larder/core";
import type { ArrowLikeField, ArrowLikeType } from "../arrow/arrow-like.js";
import { nearestName } from "../arrow/nearest-name.js";
import { bitsetBytes, loadBloomHash } from "../format/bloom-filter.js";
import type { Compression } from "../format/page-compressor.js";
import { leafOf } from "../format/parquet-leaf.js";
import { type BloomRequest, canHaveBloomFilter } from "./bloom-hashes.js";

/** How Parquet files are written. */
export interface EncodeParquetOptions {
  /**
   * Default `"none"`: the fastest to write and to read. `"compact"` is zstd at level 1 where Node has it (from 22.15 on), else
   * snappy. `"zstd"` needs such a Node.
   */
  readonly compression?: Compression;
  /** Most rows in a row group, at least 1; default 98,304. */
  readonly rowGroupRows?: number;
  /** A row group ends early when its values take more bytes than this (one row always fits), at least 1; default 128 MiB. */
  readonly rowGroupBytes?: number;
  /**
   * Columns that get bloom filters, by which a search for single values passes over row groups: names, or names with how they
   * are made. Any column of plain values but booleans, half floats and decimals of more than 38 digits.
   */
  readonly bloomFilters?: readonly string[] | Readonly<Record<string, BloomFilterOptions>>;
}

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
  /** By column. */
  readonly bloomFilters: ReadonlyMap<string, BloomRequest>;
}

/** About 100,000, and a whole number of pages. */
const defaultRowGroupRows = 98_304;

const defaultRowGroupBytes = 2 ** 27;

/** @throws LarderError `invalid-option`, and `unknown-column` for a bloom filter of a column that is not there */
export async function checkOptions(
  options: EncodeParquetOptions,
  fields: readonly ArrowLikeField[],
): Promise<CheckedOptions> {
  const { compression = "none", rowGroupRows = defaultRowGroupRows, rowGroupBytes = defaultRowGroupBytes } = options;
  for (const [name, value] of Object.entries({ rowGroupRows, rowGroupBytes })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new LarderError(`${name} must be a whole number of at least 1, not ${value}.`, {
        code: "invalid-option",
        facts: { [name]: value },
      });
    }
  }
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
  return { compression, rowGroupRows, rowGroupBytes, bloomFilters };
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
