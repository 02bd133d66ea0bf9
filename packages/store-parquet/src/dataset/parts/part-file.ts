import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadXxhash, uniqueNameOfProcess } from "@larder/core";
import type { Schema } from "apache-arrow";
import type { ArrowLikeBatch } from "../../arrow/arrow-like.js";
import { loadArrow } from "../../arrow/load-arrow.js";
import { checkStorable } from "../../write/batch-stream.js";
import { distinctEntries } from "../../write/distinct-entries.js";
import { type RowGroupLimits, rowGroupEnd } from "../../write/row-group-cuts.js";
import { createTableFile, rowGroupParts } from "../../write/table-file.js";
import { checkOptions } from "../../write/write-options.js";
import { syncDirectory, touching } from "../../write/write-parquet-file.js";
import type { IdSet } from "../ids/id-set.js";
import { idBounds } from "../ids/look-up.js";
import { inNewDirectory } from "../in-new-directory.js";
import type { Epoch, PartPlace, PartRecord } from "../part-record.js";
import { columnDescriber } from "./column-describer.js";
import { partKey, writePartFooter } from "./part-footer.js";
import { partLimits } from "./part-limits.js";
import { newPartName } from "./part-name.js";
import { partSchema } from "./part-schema.js";
import { planPartColumns } from "./plan-part-columns.js";
import { fileSealer, openSeal, sealKey } from "./sealed-bytes.js";

/** Where parts are written, and how safely. */
export interface PartTarget {
  /** That of the dataset. */
  readonly directory: string;
  readonly place: PartPlace;
  /** `process`, the default: what was written outlives a kill. `power`: it is on disk, so that it outlives a loss of power too. */
  readonly durability?: "process" | "power";
  /** How large row groups become; default {@link partLimits}. */
  readonly limits?: RowGroupLimits;
}

/** What is said of a part once all of its rows are there. */
export interface PartTold {
  readonly keys: IdSet;
  readonly epochs: readonly Epoch[];
  readonly replaces: readonly string[];
}

/** A part as it is written, in `tmp/` until it is finished. */
export interface PartFile {
  /** Bytes written so far, or held. */
  readonly byteLength: number;
  readonly rows: number;
  /** Adds all rows of some batches, in as many row groups as they need. */
  addRows(batches: readonly ArrowLikeBatch[]): Promise<void>;
  /** Adds the footer and gives the file its name. */
  finish(told: PartTold): Promise<PartRecord>;
  /** Removes what was written, a finished part too. To be called after an error, and never once its record is in use. */
  abort(): Promise<void>;
}

/**
 * Begins a part of such columns.
 *
 * @throws LarderError `unstorable-table`; of every step `disk-full`, `write-failed`
 */
export async function beginPartFile(target: PartTarget, given: Schema): Promise<PartFile> {
  checkStorable(given);
  const [arrow, xxhash, options] = await Promise.all([loadArrow(), loadXxhash(), checkOptions({}, given.fields)]);
  const schema = partSchema(arrow, given);
  const distinct = schema.fields.map((field) => distinctEntries(field));
  const describer = columnDescriber(schema.fields);
  const sealer = fileSealer(xxhash);
  const file = await createTableFile(schema, planPartColumns(schema, [], distinct, 0), options);
  const temporary = join(target.directory, "tmp", `${uniqueNameOfProcess()}.parquet`);
  let handle: FileHandle | undefined;
  let finished: string | undefined;
  let byteLength = 0;
  let rows = 0;

  const write = async (pieces: readonly Uint8Array[]): Promise<void> => {
    if (pieces.length === 0) return;
    const made = handle ?? (await touching(target.directory, () => created(temporary)));
    handle = made;
    for (const piece of pieces) await touching(target.directory, () => made.writeFile(piece));
  };
  const counted = (parts: Uint8Array[]): Uint8Array[] => {
    for (const part of parts) byteLength += part.byteLength;
    return parts;
  };
  const release = async (): Promise<void> => {
    const open = handle;
    handle = undefined;
    await open?.close();
  };

  return {
    get byteLength() {
      return byteLength;
    },
    get rows() {
      return rows;
    },
    async addRows(batches) {
      const total = batches.reduce((sum, { numRows }) => sum + numRows, 0);
      describer.add(batches);
      const plans = planPartColumns(schema, batches, distinct, rows);
      for (let start = 0; start < total; ) {
        const { end } = rowGroupEnd(batches, start, total, target.limits ?? partLimits);
        for await (const parts of rowGroupParts(file, plans, start, end)) await write(sealer.add(counted(parts)));
        start = end;
      }
      rows += total;
    },
    async finish({ keys, epochs, replaces }) {
      const columns = describer.columns();
      const name = newPartName(target.place, idBounds(keys)?.low);
      file.finish([
        { key: partKey, value: writePartFooter({ place: target.place, columns, epochs, replaces }) },
        { key: sealKey, value: openSeal },
      ]);
      const { rest, ...sealed } = sealer.seal(counted(file.take()));
      await write([rest]);
      if (target.durability === "power") await touching(target.directory, () => handle!.sync());
      await touching(target.directory, release);
      const path = join(target.directory, name);
      finished = path;
      await touching(target.directory, () => inNewDirectory(dirname(path), () => rename(temporary, path)));
      if (target.durability === "power") await touching(target.directory, () => syncDirectory(dirname(path)));
      return { name, place: target.place, keys, ...sealed, columns, epochs, replaces };
    },
    async abort() {
      await release().catch(() => {});
      for (const path of [temporary, finished]) if (path) await rm(path, { force: true }).catch(() => {});
    },
  };
}

/** Data are for their owner alone. */
function created(path: string): Promise<FileHandle> {
  return inNewDirectory(dirname(path), () => open(path, "wx", 0o600));
}
