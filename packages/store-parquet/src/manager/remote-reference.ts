import { type ColumnSchema, cacheKeySymbol, LarderError } from "@larder/core";
import { checkReferenceUri, checkWithoutSecrets } from "./check-reference-uri.js";

const remoteReferenceSymbol = Symbol.for("larder.remoteReference");

/** What a reference says of the data it points at. */
export interface ReferenceFields {
  /** Where the data are, such as `s3://lab/flights.parquet`; its scheme says who resolves it. Without any secret in it. */
  readonly uri: string;
  /** Of all the bytes there, as in a blob record: `blake3:…` or `xxh64:…` in lower-case hexadecimal. */
  readonly checksum?: string | undefined;
  readonly byteLength?: number | undefined;
  /** The columns to be found there, for whoever looks at the reference alone. */
  readonly schema?: readonly ColumnSchema[] | undefined;
  /** For people. */
  readonly note?: string | undefined;
}

/** A value that only points at data elsewhere. It is stored as what it is, never as what it points at. */
export interface RemoteReference extends ReferenceFields {
  /** What its digest is made of. */
  [cacheKeySymbol](): unknown;
}

/**
 * A reference to a table elsewhere, as a value: cached as a reference, and resolved when it is read through a `CacheManager`.
 *
 * @throws LarderError `secret-in-reference` when the address holds a password, a signature or a token: they would be stored, and
 *   shown; the error names where, and not what. `invalid-reference` when a field is not what it should be
 */
export function remoteReference(fields: ReferenceFields): RemoteReference {
  return new Reference(checkedFields(fields));
}

/** Whether a value is a {@link RemoteReference}, of any copy of this package. */
export function isRemoteReference(value: unknown): value is RemoteReference {
  return typeof value === "object" && value !== null && remoteReferenceSymbol in value;
}

/** The fields of a reference alone, those absent left out. */
export function fieldsOfReference({ uri, checksum, byteLength, schema, note }: ReferenceFields): ReferenceFields {
  return {
    uri,
    ...(checksum !== undefined && { checksum }),
    ...(byteLength !== undefined && { byteLength }),
    ...(schema !== undefined && { schema }),
    ...(note !== undefined && { note }),
  };
}

class Reference implements RemoteReference {
  readonly [remoteReferenceSymbol] = true;
  declare readonly uri: string;
  declare readonly checksum?: string;
  declare readonly byteLength?: number;
  declare readonly schema?: readonly ColumnSchema[];
  declare readonly note?: string;

  constructor(fields: ReferenceFields) {
    Object.assign(this, fields);
    Object.freeze(this);
  }

  [cacheKeySymbol](): unknown {
    return ["larder.reference", fieldsOfReference(this)];
  }
}

/** @throws LarderError `invalid-reference`, `secret-in-reference` */
export function checkedFields(given: unknown): ReferenceFields {
  if (typeof given !== "object" || given === null) throw invalidReference("it is no object");
  const { uri, checksum, byteLength, schema, note } = given as ReferenceFields;
  checkReferenceUri(uri);
  if (checksum !== undefined && !isChecksum(checksum)) {
    throw invalidReference(
      "its checksum is neither 'blake3:' with 64 nor 'xxh64:' with 16 lower-case hexadecimal digits",
    );
  }
  if (byteLength !== undefined && !(Number.isSafeInteger(byteLength) && byteLength >= 0)) {
    throw invalidReference("its byteLength is no number of bytes");
  }
  if (note !== undefined) {
    if (typeof note !== "string") throw invalidReference("its note is no text");
    checkWithoutSecrets(note, "note");
  }
  if (schema !== undefined && !isSchema(schema)) {
    throw invalidReference("its schema is no array of { name, type, nullable }");
  }
  // A copy: what is stored later must be what was checked.
  return structuredClone(fieldsOfReference({ uri, checksum, byteLength, schema, note }));
}

function isChecksum(checksum: unknown): boolean {
  return typeof checksum === "string" && /^(?:blake3:[0-9a-f]{64}|xxh64:[0-9a-f]{16})$/.test(checksum);
}

function isSchema(schema: unknown): boolean {
  return (
    Array.isArray(schema) &&
    schema.every(
      ({ name, type, nullable }: Partial<ColumnSchema>) =>
        typeof name === "string" && typeof type === "string" && typeof nullable === "boolean",
    )
  );
}

function invalidReference(why: string): LarderError {
  return new LarderError(`The remote reference can't be used: ${why}.`, {
    code: "invalid-reference",
    facts: { why },
  });
}
