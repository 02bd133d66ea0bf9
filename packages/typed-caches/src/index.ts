// what all have

export type { CacheProfile, TypedCache, TypedCacheOptions } from "./cache/typed-cache-options.js";

// plans

export { type PlanCache, type PlanId, type PlanTags, planCache, planKey } from "./plan/plan-cache.js";

// extractions from files

export { extractCache } from "./extract/extract-cache.js";
export { type ExtractId, extractKey, optionsFingerprint } from "./extract/extract-key.js";
export type {
  ExtractCache,
  ExtractCacheOptions,
  ExtractInput,
  ExtractManySettings,
  ExtractOutcome,
  Extractor,
  ExtractSettings,
  ExtractSource,
} from "./extract/extract-types.js";

export { digestMemoKey } from "./files/digest-memo.js";
export { sha256OfBytes } from "./files/sha256.js";

// schemas of databases

export { type MysqlClient, type MysqlSchemaOptions, mysqlSchema } from "./schema/mysql-schema.js";
export { type PostgresClient, type PostgresSchemaOptions, postgresSchema } from "./schema/postgres-schema.js";
export { type SchemaId, schemaCache, schemaKey } from "./schema/schema-cache.js";
export type { DescribedTable, SchemaSource, TableFingerprint, TableName } from "./schema/schema-source.js";
export type { SchemaCache, SchemaCacheOptions, SchemaChange } from "./schema/schema-types.js";
export { type SqliteClient, type SqliteSchemaOptions, sqliteSchema } from "./schema/sqlite-schema.js";
export type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  KeySchema,
  TableSchema,
} from "./schema/table-schema.js";

// listings of repositories

export { repoScanCache } from "./repo-scan/repo-scan-cache.js";
export { type RepoScanId, repoScanKey, repositoryOfRoot } from "./repo-scan/repo-scan-key.js";
export type {
  RepoFile,
  RepoScan,
  RepoScanCache,
  RepoScanCacheOptions,
  RepoScanProblem,
  RepoScanRequest,
} from "./repo-scan/repo-scan-types.js";

// runtime artefacts

export {
  type MaterializedTable,
  type NamedArtefact,
  type RuntimeArtefact,
  type RuntimeCache,
  type RuntimeId,
  runtimeCache,
  runtimeKey,
} from "./runtime/runtime-cache.js";
