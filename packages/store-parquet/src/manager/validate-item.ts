import {
  type BlobRecord,
  type BlobSource,
  createContentHasher,
  LarderError,
  loadXxhash,
  type StoredBlob,
  valueDigest,
  verifiedSource,
  verifyChecksum,
} from "@larder/core";
import type { Table } from "apache-arrow";
import { itemKey } from "../item-key.js";
import { openParquet } from "../open-parquet.js";
import type { ManagerParts } from "./manager-parts.js";
import { noticeDamage } from "./notice-damage.js";
import { isRemoteReference } from "./remote-reference.js";
import { readWholeReference, resolveReference } from "./resolve-reference.js";
import { schemaDifferences } from "./schema-differences.js";

/** What came of looking a stored table over. */
export type Validation =
  | { readonly valid: true; readonly record: BlobRecord; readonly rows: number; readonly columns: number }
  | {
      readonly valid: false;
      /**
       * `absent`: nothing is stored, or what was is gone. `damaged`: not what was written; it is gone now. `schema-mismatch`: it is
       * sound, and not as the manager's schema declares it. `unreadable`: of a codec or version that is not known here, or a
       * reference that can't be resolved, or whose data are not what they were.
       */
      readonly reason: "absent" | "damaged" | "schema-mismatch" | "unreadable";
      /** A whole sentence for a person. */
      readonly message: string;
    };

/** Read at once: whole chunks of those that have digests. */
const pieceBytes = 4 * 1024 * 1024;

/** Thrown within, for what is sound in itself and contradicts its record. */
class Contradiction extends Error {}

/** See `CacheManager.validate`. */
export async function validateItem(parts: ManagerParts, item: string): Promise<Validation> {
  const { cache, guards } = parts;
  const stored = await cache.backend.getBlob(itemKey(item));
  if (stored === undefined) return invalid("absent", `No table '${item}' is stored, or it was damaged and is gone.`);
  const { record } = stored;
  try {
    if (record.codec === "larder.reference.1") return await validateReference(parts, item, record);
    if (record.codec !== "larder.parquet.1") {
      return invalid(
        "unreadable",
        `What is stored as '${item}' has the format '${record.codec}', and is left as it is.`,
      );
    }
    const source = await checkedSource(item, stored);
    await checkBytes(source, record);
    parts.counts.read(record.byteLength);
    const found = await decodeAll(source, record);
    const differences = guards.schema === undefined ? [] : schemaDifferences(guards.schema, found.schema);
    if (differences.length === 0) return { valid: true, record, rows: found.rows, columns: found.columns };
    return invalid(
      "schema-mismatch",
      `The table '${item}' is not as its schema declares it: ${differences.join("; ")}.`,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (!isDamage(error)) {
      // What is not known here, such as a newer format, is for others to read.
      if (!LarderError.isInstance(error)) throw error;
      return invalid("unreadable", `The table '${item}' can't be read here, and is left as it is: ${why}`);
    }
    const message = `The table '${item}' is damaged: ${why}`;
    await noticeDamage(parts, item, record, message, error);
    return invalid("damaged", message);
  } finally {
    await stored.close?.();
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof Contradiction) return true;
  return ["damaged-blob", "damaged-parquet", "not-parquet"].some((code) => LarderError.isInstance(error, code));
}

async function checkedSource(item: string, { source, record, verified }: StoredBlob): Promise<BlobSource> {
  if (verified === true) return source;
  return verifiedSource({ source, record, xxhash: await loadXxhash(), describe: `The table '${item}'` });
}

/** Holds every byte against the checksum of the whole. */
async function checkBytes(source: BlobSource, { byteLength, checksum }: BlobRecord): Promise<void> {
  const isLong = checksum.startsWith("blake3:");
  const hasher = createContentHasher();
  const small = new Uint8Array(isLong ? 0 : byteLength);
  for (let at = 0; at < byteLength; at += pieceBytes) {
    const piece = await source.slice(at, Math.min(at + pieceBytes, byteLength));
    if (isLong) hasher.update(piece);
    else small.set(piece, at);
  }
  const isRight = isLong
    ? `blake3:${hasher.digest()}` === checksum
    : verifyChecksum(small, checksum, await loadXxhash());
  if (!isRight) throw new Contradiction("its bytes do not meet their checksum");
}

/** Decodes every row and holds the table against what its record says of it. */
async function decodeAll(
  source: BlobSource,
  record: BlobRecord,
): Promise<{ readonly rows: number; readonly columns: number; readonly schema: Table["schema"] }> {
  const opened = openParquet(source);
  try {
    const scan = opened.scan();
    let rows = 0;
    let schema: Table["schema"];
    if (record.valueDigest !== undefined) {
      const table = await scan.toArrow();
      if (valueDigest(table) !== record.valueDigest) throw new Contradiction("its values do not meet their digest");
      rows = table.numRows;
      schema = table.schema;
    } else {
      for await (const batch of scan.batches()) rows += batch.numRows;
      schema = (await scan.head(0).toArrow()).schema;
    }
    const columns = schema.fields.length;
    const { details } = record;
    if (details?.rows !== undefined && details.rows !== rows) {
      throw new Contradiction(`it has ${rows} rows, and its record says ${String(details.rows)}`);
    }
    if (details?.columns !== undefined && details.columns !== columns) {
      throw new Contradiction(`it has ${columns} columns, and its record says ${String(details.columns)}`);
    }
    return { rows, columns, schema };
  } finally {
    await opened.close();
  }
}

/** What a reference points at is read to its end. It is not ours: the reference stays, whatever is wrong with that. */
async function validateReference(parts: ManagerParts, item: string, record: BlobRecord): Promise<Validation> {
  const reference = await parts.cache.get(itemKey(item));
  if (!isRemoteReference(reference)) {
    return invalid(
      "unreadable",
      `What is stored as '${item}' can't be read as a reference: see the warnings of the cache.`,
    );
  }
  try {
    const resolved = await resolveReference(parts.resolvers, reference);
    if ("table" in resolved) {
      const { numRows, schema } = resolved.table;
      return { valid: true, record, rows: numRows, columns: schema.fields.length };
    }
    const source = await readWholeReference(reference, resolved.source, false);
    parts.counts.read(source.byteLength);
    const { rows, columns } = await decodeAll(source, { ...record, details: {} });
    return { valid: true, record, rows, columns };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return invalid("unreadable", `What the reference '${item}' points at can't be read: ${why}`);
  }
}

function invalid(reason: Extract<Validation, { valid: false }>["reason"], message: string): Validation {
  return { valid: false, reason, message };
}
