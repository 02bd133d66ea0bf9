import type { Schema } from "apache-arrow";
import { invalidOption } from "../cache/invalid-option.js";
import { joinedKey, tagOf } from "../cache/key-part.js";
import type { TypedCache, TypedCacheOptions } from "../cache/typed-cache-options.js";
import { usedCache } from "../cache/used-cache.js";
import { isArrowSchema, schemaFromBytes, schemaToBytes } from "./arrow-schema.js";
import { checkPlainData } from "./plain-data.js";

/** What names an artefact. */
export interface RuntimeId {
  readonly dataset: string;
  /** Digest of the schema, or any other text that is not empty. */
  readonly schemaFingerprint: string;
}

/** What is known of a table that was made. */
export interface MaterializedTable {
  readonly rows?: number | bigint | undefined;
  /** Path or address. */
  readonly location?: string | undefined;
  readonly columns?: readonly { readonly name: string; readonly type: string }[] | undefined;
  /** Names of the columns it is partitioned by. */
  readonly partitioning?: readonly string[] | undefined;
  /** Whatever else is data. */
  readonly [more: string]: unknown;
}

/** Plain data only, and Arrow schemas. */
export interface RuntimeArtefact {
  /** An Arrow schema, or a schema of another kind as plain data. */
  readonly schema?: Schema | Readonly<Record<string, unknown>> | undefined;
  readonly table?: MaterializedTable | undefined;
}

/** An artefact with its name. */
export interface NamedArtefact extends RuntimeId, RuntimeArtefact {}

/** Schemas and facts about tables that runs have made. */
export interface RuntimeCache extends TypedCache {
  /**
   * Stores an artefact in place of what was there. It belongs to `planHash`, and stays with the plans it belonged to.
   *
   * @throws LarderError `live-handle`, naming the path, when there is more to it than data; as `Cache.set`
   */
  set(id: RuntimeId & { readonly planHash: string }, artefact: RuntimeArtefact): Promise<void>;
  get(id: RuntimeId): Promise<RuntimeArtefact | undefined>;
  /** All artefacts of a plan, in the order of the bytes of their keys. */
  loadForPlan(planHash: string): Promise<NamedArtefact[]>;
  /** Puts all artefacts of a plan into what a run looks up, by their keys; see {@link runtimeKey}. @returns how many */
  seed(planHash: string, run: { set(key: string, artefact: NamedArtefact): unknown }): Promise<number>;
  /** Forgets the artefacts of a plan. @returns how many */
  planChanged(planHash: string): Promise<number>;
}

/** As it is kept. */
interface StoredArtefact extends RuntimeId {
  readonly format: 1;
  readonly arrowSchema: Uint8Array | undefined;
  readonly schema: unknown;
  readonly table: MaterializedTable | undefined;
}

/** `runtime_schema:{dataset}:{schemaFingerprint}`. @throws LarderError `invalid-key-part` */
export function runtimeKey({ dataset, schemaFingerprint }: RuntimeId): string {
  return joinedKey("runtime_schema", { dataset, schemaFingerprint });
}

/**
 * A cache of runtime artefacts. Tags: `plan:<planHash>`, one for each plan. Without `ttlSeconds` they are kept until evicted.
 *
 * @throws LarderError `invalid-option`
 */
export function runtimeCache(options: TypedCacheOptions = {}): RuntimeCache {
  const { cache, close, ttlSeconds } = usedCache("runtime", options);

  async function loadForPlan(planHash: string): Promise<NamedArtefact[]> {
    const used = await cache();
    const keys: string[] = [];
    for await (const key of used.taggedKeys({ allTags: [planTag(planHash)] })) {
      if (key.startsWith("runtime_schema:")) keys.push(key);
    }
    const found = [...(await used.getMany(keys)).values()].filter(isStored);
    return Promise.all(
      found.map(async (stored) => {
        const { dataset, schemaFingerprint } = stored;
        return { dataset, schemaFingerprint, ...(await artefactOf(stored)) };
      }),
    );
  }

  return Object.freeze({
    cache,
    close,
    loadForPlan,
    async set(id: RuntimeId & { readonly planHash: string }, artefact: RuntimeArtefact) {
      const key = runtimeKey(id);
      const own = planTag(id.planHash);
      const stored = await storedOf(id, artefact);
      const used = await cache();
      // One step, so that of two plans that store at the same time neither loses its tag.
      const put = (view: Parameters<Parameters<typeof used.transaction>[0]>[0]) => {
        const others = (view.record(key)?.tags ?? []).filter((tag) => tag !== own && tag.startsWith("plan:"));
        view.set(key, stored, { tags: [...others, own], ttlSeconds });
      };
      await used.transaction(put, { key });
    },
    async get(id: RuntimeId) {
      const stored = await (await cache()).get(runtimeKey(id));
      return isStored(stored) ? artefactOf(stored) : undefined;
    },
    async seed(planHash: string, run: { set(key: string, artefact: NamedArtefact): unknown }) {
      const artefacts = await loadForPlan(planHash);
      for (const artefact of artefacts) run.set(runtimeKey(artefact), artefact);
      return artefacts.length;
    },
    async planChanged(planHash: string) {
      return (await cache()).evictTag(planTag(planHash));
    },
  });
}

const planTag = (planHash: string) => tagOf("plan", "planHash", planHash);

async function storedOf({ dataset, schemaFingerprint }: RuntimeId, artefact: RuntimeArtefact): Promise<StoredArtefact> {
  if (typeof artefact !== "object" || artefact === null) {
    throw invalidOption("artefact", "an object with schema and table", artefact);
  }
  const { schema, ...rest } = artefact;
  const isArrow = isArrowSchema(schema);
  checkPlainData(isArrow ? rest : artefact);
  return {
    format: 1,
    dataset,
    schemaFingerprint,
    arrowSchema: isArrow ? await schemaToBytes(schema) : undefined,
    schema: isArrow ? undefined : schema,
    table: artefact.table,
  };
}

async function artefactOf({ arrowSchema, schema, table }: StoredArtefact): Promise<RuntimeArtefact> {
  const read = arrowSchema === undefined ? (schema as RuntimeArtefact["schema"]) : await schemaFromBytes(arrowSchema);
  return { ...(read !== undefined && { schema: read }), ...(table !== undefined && { table }) };
}

function isStored(value: unknown): value is StoredArtefact {
  return typeof value === "object" && value !== null && (value as Partial<StoredArtefact>).format === 1;
}
