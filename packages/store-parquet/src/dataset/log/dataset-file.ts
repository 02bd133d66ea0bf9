import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type CacheWarning, checksumOf, type IdKind, LarderError, loadXxhash, type Xxhash } from "@larder/core";
import { narrowJson } from "../narrow-json.js";
import { newToken } from "../new-token.js";
import { putAside } from "../put-aside.js";
import { systemCode } from "../system-code.js";
import { emptyState } from "./dataset-state.js";
import { writeLogFile } from "./entry-format.js";
import { damagedFile, newerFormat, writing } from "./log-error.js";
import { entrySuffix } from "./log-files.js";
import { createFile, createNumbered, type Durability, listNumbered, type NumberedTarget } from "./numbered-files.js";
import { partFiles } from "./rebuild-state.js";
import { isDamage } from "./sealed-file.js";

/** What a dataset is, once and for all. */
export interface DatasetFacts {
  readonly table: string;
  readonly idColumn: string;
  readonly idKind: IdKind;
  /** When it was made: milliseconds since 1970. */
  readonly created: number;
}

const fileName = "dataset.json";
const formatNumber = 1;

/**
 * What the dataset in a directory is; `undefined` where there is none.
 *
 * @throws LarderError `damaged-log-file`, `newer-format`
 */
export async function readDataset(directory: string): Promise<DatasetFacts | undefined> {
  const path = join(directory, fileName);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
  return factsOf(text, path, await loadXxhash());
}

/**
 * Makes sure that there is a dataset: makes its directories, its empty log and `dataset.json` where there is none.
 *
 * @param facts - what it must be
 * @returns what it is
 * @throws LarderError `dataset-mismatch` when it has another table, id column or kind of ids; `newer-format`; `disk-full`,
 *   `write-failed`
 */
export async function makeDataset(
  directory: string,
  facts: DatasetFacts,
  { durability = "process", onWarning }: MakeDatasetOptions = {},
): Promise<DatasetFacts> {
  const found = await readOrPutAside(directory, onWarning);
  if (found !== undefined) return matching(found, facts, directory);
  await makeFirstEntry(directory, durability);
  if (await createFile(targetIn(directory, directory, durability), fileName, await bytesOf(facts))) return facts;
  const other = await readDataset(directory);
  return other === undefined ? facts : matching(other, facts, directory);
}

/** How a dataset is made. */
export interface MakeDatasetOptions {
  readonly durability?: Durability;
  /** Told of a `dataset.json` that was damaged and is made again. Must not throw. */
  readonly onWarning?: ((warning: CacheWarning) => void) | undefined;
}

/** @throws LarderError `dataset-mismatch` */
export function matching(found: DatasetFacts, wanted: DatasetFacts, directory: string): DatasetFacts {
  for (const what of ["table", "idColumn", "idKind"] as const) {
    if (found[what] === wanted[what]) continue;
    throw new LarderError(
      `The dataset in ${directory} has the ${names[what]} ${JSON.stringify(found[what])}, and is opened with ${JSON.stringify(wanted[what])}. Open it as it is, or forget the table's cache.`,
      { code: "dataset-mismatch", facts: { directory, what, found: found[what], wanted: wanted[what] } },
    );
  }
  return found;
}

const names = { table: "table", idColumn: "id column", idKind: "kind of ids" } as const;

function factsOf(text: string, path: string, xxhash: Xxhash): DatasetFacts {
  const narrow = narrowJson((reason) => damagedFile(path, reason));
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw damagedFile(path, "it is no JSON", error);
  }
  const facts = narrow.object(parsed, "content");
  const format = narrow.count(facts.format, "format");
  if (format > formatNumber) throw newerFormat(path, format);
  const told: DatasetFacts = {
    table: narrow.text(facts.table, "table"),
    idColumn: narrow.text(facts.idColumn, "id column"),
    idKind: narrow.oneOf(["int64", "text"], facts.idKind, "kind of ids"),
    created: narrow.number(facts.created, "time"),
  };
  if (facts.checksum !== checksumOfFacts(told, xxhash)) throw damagedFile(path, "its checksum differs");
  return told;
}

function checksumOfFacts({ table, idColumn, idKind, created }: DatasetFacts, xxhash: Xxhash): string {
  return checksumOf(Buffer.from(JSON.stringify([table, idColumn, idKind, created])), xxhash);
}

/** A damaged one is put aside, to be made again as the dataset is opened: parts tell by themselves what ids they have. */
async function readOrPutAside(
  directory: string,
  onWarning: MakeDatasetOptions["onWarning"],
): Promise<DatasetFacts | undefined> {
  try {
    return await readDataset(directory);
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    const path = join(directory, fileName);
    await writing(path, () => putAside(directory, fileName));
    const message = `The file ${path} was damaged, and was made again.`;
    onWarning?.({ type: "warning", code: "damaged-log", message, facts: { file: path }, cause });
    return undefined;
  }
}

/** So that parts without a log are always a log that was lost. */
async function makeFirstEntry(directory: string, durability: Durability): Promise<void> {
  const log = join(directory, "log");
  if ((await listNumbered(log)).length > 0 || (await partFiles(directory)).length > 0) return;
  const token = newToken();
  const bytes = writeLogFile(
    { type: "rebuilt", number: 1, token, state: { ...emptyState, entry: 1 } },
    await loadXxhash(),
  );
  await createNumbered(targetIn(directory, log, durability), 1, entrySuffix, bytes);
}

async function bytesOf(facts: DatasetFacts): Promise<Uint8Array> {
  const checksum = checksumOfFacts(facts, await loadXxhash());
  return Buffer.from(`${JSON.stringify({ format: formatNumber, ...facts, checksum }, undefined, 2)}\n`);
}

/** Files in a folder of a dataset, made in the dataset's `tmp/`. */
function targetIn(dataset: string, directory: string, durability: Durability): NumberedTarget {
  return { directory, temporary: join(dataset, "tmp"), durability };
}
