import { LarderError } from "@larder/core";
import type { IdSet } from "../ids/id-set.js";
import { readIdSet } from "../ids/read-id-set.js";
import { writeIdSet } from "../ids/write-id-set.js";
import { narrowColumns } from "../narrow-columns.js";
import { narrowEpochs } from "../narrow-epochs.js";
import { narrowJson } from "../narrow-json.js";
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
    throw damaged("it is no JSON", error);
  }
  const narrow = narrowJson(damaged);
  const { format, place, columns, replaces, epochs } = narrow.object(parsed, "record");
  if (typeof format === "number" && format > footerFormat) {
    throw new LarderError(
      `A part of a dataset has the format ${format}, and this version of Larder knows up to ${footerFormat}. Update Larder.`,
      { code: "newer-format", facts: { format } },
    );
  }
  if (format !== footerFormat) throw damaged("it states no format");
  return {
    place: narrow.oneOf(["base", "recent"], place, "place"),
    columns: narrowColumns(columns, narrow),
    epochs: narrowEpochs(epochs, readKeys, narrow),
    replaces: narrow.texts(replaces, "replaced parts"),
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

function readKeys(value: unknown): IdSet {
  if (typeof value !== "string") throw damaged("it has an epoch without keys");
  const bytes = Buffer.from(value, "base64");
  // Node passes over what is no base64.
  if (bytes.toString("base64") !== value) throw damaged("it has keys that are no base64");
  return readIdSet(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function damaged(reason: string, cause?: unknown): LarderError {
  return new LarderError(`What a part of a dataset says about itself is damaged: ${reason}. It is fetched again.`, {
    code: "damaged-part",
    facts: { reason },
    cause,
  });
}
