import { open, stat } from "node:fs/promises";
import { basename } from "node:path";
import { LarderError } from "@larder/core";
import { openParquetFile } from "@larder/store-parquet";
import { readCsv, refuseMissingColumns } from "./flights/csv.js";
import { flightsColumns } from "./flights/flights-table.js";
import { isParquet } from "./flights/read-flights.js";
import { looksLikeText } from "./looks-like-text.js";

/**
 * Looks at a file of flights before anything runs on it.
 *
 * @throws LarderError with one sentence: missing, a directory, empty, neither Parquet nor CSV, cut short, without the
 *   columns it needs, without a flight
 */
export async function checkFlightsFile(path: string): Promise<void> {
  const name = basename(path);
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw refusal(
      cause.code === "ENOENT"
        ? `There is no file ${path}. Check the path.`
        : `${path} can't be read (${cause.code}). Check its permissions.`,
      path,
    );
  });
  if (found.isDirectory()) throw refusal(`${path} is a directory. Name one Parquet or CSV file.`, path);
  if (found.size === 0) throw refusal(`${path} is empty. Name a Parquet or CSV file of flights.`, path);
  if (await isParquet(path).catch((cause: NodeJS.ErrnoException) => unreadable(path, cause))) {
    const parquet = await openParquetFile(path);
    try {
      const present = (await parquet.scan().schema()).map((column) => column.name);
      refuseMissingColumns(name, present, flightsColumns);
      if ((await parquet.scan().count()) === 0) throw refusal(`${path} holds no flights.`, path);
    } catch (error) {
      if (!LarderError.isInstance(error) || typeof error.facts.reason !== "string") throw error;
      throw refusal(`${path} can't be read as Parquet: ${error.facts.reason}. Write or fetch it again.`, path);
    } finally {
      await parquet.close();
    }
    return;
  }
  if (!(await looksLikeText(path))) {
    throw refusal(`${path} is neither Parquet nor CSV. Name a file of flights in one of the two.`, path);
  }
  const beginning = await firstBytes(path);
  const headerEnd = beginning.indexOf(0x0a) + 1 || beginning.length;
  readCsv(beginning.subarray(0, headerEnd), name, flightsColumns, () => {});
  if (headerEnd === found.size) throw refusal(`${path} holds no flights.`, path);
}

/** Enough of a file to hold the header of a CSV. */
async function firstBytes(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(65_536), 0, 65_536, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unreadable(path: string, cause: NodeJS.ErrnoException): never {
  throw refusal(`${path} can't be read (${cause.code}). Check its permissions.`, path);
}

function refusal(message: string, file: string): LarderError {
  return new LarderError(message, { code: "bad-data-file", facts: { file } });
}
