import { type Cache, compareKeys } from "@larder/core";
import { invalidOption } from "../cache/invalid-option.js";
import { joinedKey, keyPart, tagOf } from "../cache/key-part.js";
import { usedCache } from "../cache/used-cache.js";
import {
  bringUpToDate,
  type Catalogue,
  catalogueKey,
  catalogueOf,
  differenceOf,
  readCatalogue,
} from "./schema-catalogue.js";
import type { DescribedTable, TableName } from "./schema-source.js";
import type { SchemaCache, SchemaCacheOptions, SchemaChange } from "./schema-types.js";
import type { TableSchema } from "./table-schema.js";
import { parsedTable, tableText } from "./table-text.js";

/** A change that nobody told of is seen after this time at the latest. */
const defaultTtlSeconds = 300;

/** Looks at the catalogue until it does not change while tables are described. */
const attempts = 3;

/** What names the description of a table. */
export interface SchemaId {
  readonly profileHash: string;
  readonly table: TableName;
}

/** `schema:introspect:{profileHash}:{table}`. @throws LarderError `invalid-key-part` */
export function schemaKey({ profileHash, table }: SchemaId): string {
  return joinedKey("schema:introspect", { profileHash, table: tableText(table) });
}

/**
 * A cache of descriptions of tables. A description counts while its fingerprint is that of the catalogue as it was last looked at: by
 * `refresh`, or when `ttlSeconds` (300 by default) were over. Tags: `profile:<profileHash>`, `schema-map:<schemaMap>` and
 * `table:<profileHash>:<table>`.
 *
 * @throws LarderError `invalid-option`, `invalid-key-part`
 */
export function schemaCache(options: SchemaCacheOptions): SchemaCache {
  const { source, profileHash, schemaMap = "default", dependants = [] } = options;
  if (typeof source?.fingerprints !== "function")
    throw invalidOption("source", "such as postgresSchema(client)", source);
  const used = usedCache("schema", options, defaultTtlSeconds);
  const { cache, close } = used;
  const maxAgeMs = (used.ttlSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  const noteKey = catalogueKey(profileHash, schemaMap);
  const profileTag = tagOf("profile", "profileHash", profileHash);
  const schemaMapTag = tagOf("schema-map", "schemaMap", schemaMap);
  const prefix = `table:${keyPart("profileHash", profileHash)}:`;
  const tableTag = (table: string) => prefix + keyPart("table", table);
  const tags = { catalogue: [profileTag, schemaMapTag], table: tableTag, prefix };
  const listeners = new Set<(change: SchemaChange) => void | Promise<void>>();
  if (options.onSchemaChange !== undefined) listeners.add(options.onSchemaChange);

  let defaultSchema: Promise<string> | undefined;
  /** What listeners were last told of. */
  let told: Catalogue | undefined;
  let running: Promise<Look> | undefined;
  let queued: Promise<Look> | undefined;

  interface Look {
    readonly catalogue: Catalogue;
    readonly change: SchemaChange;
  }

  function start(): Promise<Look> {
    const now = lookNow();
    running = now;
    const end = () => {
      if (running === now) running = undefined;
    };
    now.then(end, end);
    return now;
  }

  /** A look that begins now or later: one that is under way may not see what has just changed. */
  function look(): Promise<Look> {
    // It has not begun, though the one it waits for may be over.
    if (queued !== undefined) return queued;
    if (running === undefined) return start();
    queued = running
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        return start();
      });
    return queued;
  }

  async function lookNow(): Promise<Look> {
    const own = await cache();
    const before = told ?? (await readCatalogue(own, noteKey));
    const lookedAt = Date.now();
    const tables = await source.fingerprints();
    const catalogue = catalogueOf(tables, await defaultSchemaOf(), lookedAt);
    const difference = before === undefined ? { changed: [], added: [], removed: [] } : differenceOf(before, catalogue);
    const change: SchemaChange = Object.freeze({ profileHash, ...difference });
    // Of this cache last: a look that ends early is done again.
    for (const dependant of dependants) await bringUpToDate(await openedCache(dependant), noteKey, catalogue, tags);
    await bringUpToDate(own, noteKey, catalogue, tags);
    if (change.changed.length + change.added.length + change.removed.length > 0) {
      for (const listener of listeners) await listener(change);
    }
    told = catalogue;
    return { catalogue, change };
  }

  function defaultSchemaOf(): Promise<string> {
    defaultSchema ??= source.defaultSchema().catch((error: unknown) => {
      defaultSchema = undefined;
      throw error;
    });
    return defaultSchema;
  }

  async function catalogueNow(): Promise<Catalogue> {
    const known = await readCatalogue(await cache(), noteKey);
    const age = known === undefined ? Number.NaN : Date.now() - known.lookedAt;
    if (known === undefined || !(age >= 0 && age < maxAgeMs)) return (await (running ?? look())).catalogue;
    return known;
  }

  async function describe(names: readonly (string | TableName)[]): Promise<(TableSchema | undefined)[]> {
    const asked = names.map(checkedName);
    let catalogue = await catalogueNow();
    const wanted = () => asked.map((name) => inSchema(name, catalogue));
    // One that is not there may have been made since.
    if (wanted().some((name) => !catalogue.tables.has(tableText(name)))) catalogue = (await look()).catalogue;
    for (let attempt = 1; ; attempt++) {
      const tables = wanted();
      const found = await storedTables(tables, catalogue);
      const missing = tables.filter((name) => catalogue.tables.has(tableText(name)) && !found.has(tableText(name)));
      const described = missing.length === 0 ? [] : await source.describe(uniqueNames(missing));
      const seen = new Set(described.map(({ table }) => tableText(table)));
      await keep(described);
      for (const one of described) found.set(tableText(one.table), one);
      const differs = (name: TableName) =>
        !seen.has(tableText(name)) || found.get(tableText(name))?.fingerprint !== catalogue.tables.get(tableText(name));
      if (attempt === attempts || !missing.some(differs))
        return tables.map((name) => found.get(tableText(name))?.table);
      // The database is not as the catalogue has it any more.
      catalogue = (await look()).catalogue;
    }
  }

  async function storedTables(
    tables: readonly TableName[],
    catalogue: Catalogue,
  ): Promise<Map<string, DescribedTable>> {
    const keys = new Map(tables.map((table) => [tableText(table), schemaKey({ profileHash, table })]));
    const values = await (await cache()).getMany<DescribedTable>([...keys.values()]);
    const found = new Map<string, DescribedTable>();
    for (const [table, key] of keys) {
      const value = values.get(key);
      const fingerprint = catalogue.tables.get(table);
      if (fingerprint !== undefined && value?.fingerprint === fingerprint) found.set(table, value);
    }
    return found;
  }

  async function keep(described: readonly DescribedTable[]): Promise<void> {
    const own = await cache();
    const stored = described.map((one) => {
      const stands = { ttlSeconds: used.ttlSeconds, tags: [...tags.catalogue, tableTag(tableText(one.table))] };
      return own.set(schemaKey({ profileHash, table: one.table }), one, stands);
    });
    await Promise.all(stored);
  }

  return Object.freeze({
    cache,
    close,
    describe,
    async tables() {
      return [...(await catalogueNow()).tables.keys()].sort(compareKeys);
    },
    async table(name: string | TableName) {
      return (await describe([name]))[0];
    },
    async fingerprint(name: string | TableName) {
      const asked = checkedName(name);
      const of = (catalogue: Catalogue) => catalogue.tables.get(tableText(inSchema(asked, catalogue)));
      return of(await catalogueNow()) ?? of((await look()).catalogue);
    },
    async refresh() {
      return (await look()).change;
    },
    async dependentTag(name: string | TableName) {
      return tableTag(tableText(inSchema(checkedName(name), await catalogueNow())));
    },
    onSchemaChange(listener: (change: SchemaChange) => void | Promise<void>) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async profileChanged() {
      return (await cache()).evictTag(profileTag);
    },
    async schemaMapChanged() {
      return (await cache()).evictTag(schemaMapTag);
    },
  });
}

type AskedTable = { readonly schema: string | undefined; readonly name: string };

function checkedName(table: string | TableName): AskedTable {
  if (typeof table === "object" && table !== null) return parsedTable(tableText(table)) && table;
  return parsedTable(table);
}

function inSchema({ schema, name }: AskedTable, { defaultSchema }: Catalogue): TableName {
  return { schema: schema ?? defaultSchema, name };
}

function uniqueNames(tables: readonly TableName[]): TableName[] {
  return [...new Map(tables.map((table) => [tableText(table), table])).values()];
}

async function openedCache(dependant: Cache | (() => Promise<Cache>)): Promise<Cache> {
  return typeof dependant === "function" ? dependant() : dependant;
}
