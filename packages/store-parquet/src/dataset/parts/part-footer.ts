import { LarderError } from "@larder/core";
import type { IdSet } from "../ids/id-set.js";
import { readIdSet } from "../ids/read-id-set.js";
import { writeIdSet } from "../ids/write-id-set.js";
import type { Epoch, PartColumn, PartPlace } from "../part-record.js";

/** The key of what a part says about itself, in the metadata of its Parquet file. */
export const partKey = "larder:part";

/** What a part repeats of its record, so that it can be made again from the file. */
export interface PartFooter {
  readonly place: PartPlace;
  readonly columns: readonly PartColumn[];
  readonly epochs: readonly Epoch[];
  readonly replaces: readonly string[];
}

const footerFormat = 1;

/** As JSON; sets of ids in base64 of `writeIdSet`. @throws LarderError `invalid-part` for numbers that JSON can't hold */
export function writePartFooter({ place, columns, epochs, replaces }: PartFooter): string {
  return JSON.stringify({ format: footerFormat, place, columns, replaces, epochs: epochs.map(epochJson) });
}

/** @throws LarderError `damaged-part` for whatever {@link writePartFooter} does not write; `newer-format` */
export function readPartFooter(text: string): PartFooter {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw damaged("is no JSON", error);
  }
  const { format, place, columns, replaces, epochs } = record(parsed, "its record");
  if (typeof format === "number" && format > footerFormat) {
    throw new LarderError(
      `A part of a dataset has the format ${format}, and this version of Larder knows up to ${footerFormat}. Update Larder.`,
      { code: "newer-format", facts: { format } },
    );
  }
  if (format !== footerFormat) throw damaged("states no format");
  if (place !== "base" && place !== "recent") throw damaged("states no place");
  return {
    place,
    columns: list(columns, "columns").map(readColumn),
    epochs: list(epochs, "epochs").map(readEpoch),
    replaces: texts(replaces, "replaces"),
  };
}

function epochJson(epoch: Epoch): Record<string, unknown> {
  const { keys, ...rest } = epoch;
  const times = rest.kind === "invalid" ? [rest.at] : [rest.fetchedAt];
  if (!Number.isSafeInteger(rest.sequence) || !times.every(Number.isFinite)) {
    throw new LarderError(
      `An epoch has the sequence ${rest.sequence} and the time ${times[0]}: both must be numbers.`,
      {
        code: "invalid-part",
        facts: { sequence: rest.sequence, time: times[0] },
      },
    );
  }
  return { ...rest, ...(keys && { keys: Buffer.from(writeIdSet(keys)).toString("base64") }) };
}

function readEpoch(value: unknown): Epoch {
  const { kind, sequence, fetchedAt, at, version, columns, keys, texts: ids } = record(value, "an epoch");
  if (!Number.isSafeInteger(sequence)) throw damaged("has an epoch without a sequence");
  const head = { sequence: sequence as number };
  if (kind === "invalid") {
    return { kind, ...head, at: time(at), ...(keys !== undefined && { keys: readKeys(keys) }) };
  }
  if (kind !== "rows" && kind !== "absent") throw damaged("has an epoch of no kind");
  if (version !== undefined && typeof version !== "string") throw damaged("has an epoch whose version is no text");
  const fetched = {
    ...head,
    keys: readKeys(keys),
    fetchedAt: time(fetchedAt),
    ...(version !== undefined && { version }),
  };
  if (kind === "rows") return { kind, ...fetched, columns: texts(columns, "columns") };
  return { kind, ...fetched, ...(ids !== undefined && { texts: texts(ids, "texts") }) };
}

function readColumn(value: unknown): PartColumn {
  const { name, type, fitsDouble, metadata } = record(value, "a column");
  if (typeof name !== "string" || typeof type !== "string") throw damaged("has a column without name or type");
  if (fitsDouble !== undefined && typeof fitsDouble !== "boolean")
    throw damaged("has a column that is badly described");
  const entries = metadata === undefined ? undefined : Object.entries(record(metadata, "metadata"));
  if (entries?.some(([, entry]) => typeof entry !== "string")) throw damaged("has metadata that is no text");
  return {
    name,
    type,
    ...(fitsDouble !== undefined && { fitsDouble }),
    ...(entries && { metadata: Object.fromEntries(entries) as Record<string, string> }),
  };
}

function readKeys(value: unknown): IdSet {
  if (typeof value !== "string") throw damaged("has an epoch without keys");
  const bytes = Buffer.from(value, "base64");
  // Node passes over what is no base64.
  if (bytes.toString("base64") !== value) throw damaged("has keys that are no base64");
  return readIdSet(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function time(value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw damaged("has an epoch without a time");
  return value;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw damaged(`has ${what} in no form`);
  return value as Record<string, unknown>;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged(`lists no ${what}`);
  return value;
}

function texts(value: unknown, what: string): string[] {
  const items = list(value, what);
  if (!items.every((item) => typeof item === "string")) throw damaged(`lists ${what} that are no texts`);
  return items as string[];
}

function damaged(reason: string, cause?: unknown): LarderError {
  return new LarderError(`What a part of a dataset says about itself is damaged: it ${reason}. It is fetched again.`, {
    code: "damaged-part",
    facts: { reason },
    cause,
  });
}
