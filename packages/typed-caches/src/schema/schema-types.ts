import type { Cache } from "@larder/core";
import type { TypedCache, TypedCacheOptions } from "../cache/typed-cache-options.js";
import type { SchemaSource, TableName } from "./schema-source.js";
import type { TableSchema } from "./table-schema.js";

/** What changed between two looks at a database; tables as `schema.name`. */
export interface SchemaChange {
  readonly profileHash: string;
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface SchemaCacheOptions extends TypedCacheOptions {
  readonly source: SchemaSource;
  /** Names the database: a digest of address, user and settings, or any other text that is not empty. */
  readonly profileHash: string;
  /** Names what the source was told to look at, such as its `schemas`: needed where several look at one database differently. Default `default`. */
  readonly schemaMap?: string | undefined;
  /** Other caches with entries that carry a {@link SchemaCache.dependentTag}: these are evicted when their table changes. */
  readonly dependants?: readonly (Cache | (() => Promise<Cache>))[] | undefined;
  /** Told by `refresh`, after all that depends on the tables was evicted. What it throws, `refresh` throws. */
  readonly onSchemaChange?: ((change: SchemaChange) => void | Promise<void>) | undefined;
}

/** Descriptions of the tables of one database. */
export interface SchemaCache extends TypedCache {
  /** All tables and views, as `schema.name`, in the order of their bytes. */
  tables(): Promise<string[]>;
  /**
   * The description of a table, `undefined` when there is none. A name without a schema is looked for in the default one.
   *
   * @throws LarderError `invalid-table`; what the source throws
   */
  table(name: string | TableName): Promise<TableSchema | undefined>;
  /** Those of several tables, in their order; what is not in the cache is asked for at once. */
  describe(names: readonly (string | TableName)[]): Promise<(TableSchema | undefined)[]>;
  /** The fingerprint of a table as it was last looked at, to be part of other keys; `undefined` when there is no such table. */
  fingerprint(name: string | TableName): Promise<string | undefined>;
  /**
   * Looks at the catalogue, by one query, and evicts what is of tables that changed, came or went: here and in all dependants.
   *
   * @throws what the source throws
   */
  refresh(): Promise<SchemaChange>;
  /** A tag for entries of other caches that depend on a table. */
  dependentTag(name: string | TableName): Promise<string>;
  /** Adds a listener. @returns what takes it off */
  onSchemaChange(listener: (change: SchemaChange) => void | Promise<void>): () => void;
  /** Forgets all that is known of this database. @returns how many entries */
  profileChanged(): Promise<number>;
  /** Forgets all that was seen through this schema map. @returns how many entries */
  schemaMapChanged(): Promise<number>;
}
