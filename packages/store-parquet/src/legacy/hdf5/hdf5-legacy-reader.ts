import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import { type Arrow, loadArrow } from "../../arrow/load-arrow.js";
import { unsupportedLegacy } from "../legacy-errors.js";
import { type LegacyFile, legacyFiles, readablePath, warningsOf } from "../legacy-files.js";
import type { LegacyItem, LegacyReader } from "../legacy-reader.js";
import { datasetTable, groupTable } from "./h5py-layout.js";
import { type Hdf5File, useHdf5File } from "./hdf5-file.js";
import { type Hdf5Item, hdf5Items, pandasType } from "./hdf5-items.js";
import { fixedFrame, fixedSeries } from "./pandas-fixed.js";
import { pandasTable } from "./pandas-table.js";

/** How HDF5 files are read. */
export interface Hdf5LegacyReaderOptions {
  /** Most time that listing a file, or reading one table, may take, in seconds: above 0, at most 86,400. Default 30. */
  readonly seconds?: number;
}

const extensions = ["h5", "hdf5", "hdf"] as const;

/** Where a table is, and by which name it goes. */
interface Place {
  readonly item: string;
  readonly file: LegacyFile;
  readonly found: Hdf5Item;
}

/**
 * Reads tables of HDF5 files that pandas (`fixed` and `table` format), PyTables or h5py wrote. Needs the package `h5wasm`.
 *
 * Of a file, an item is the path of a group or dataset within it, without the slash in front. Of a directory, each `.h5`, `.hdf5`
 * or `.hdf` file is taken for one node: its item is the name of the file without extension where it holds one table, else that name, a slash and
 * the path. What counts as a table: {@link hdf5Items}; how values become columns: {@link hdf5Column}, {@link fixedFrame}, {@link pandasTable}.
 *
 * What can't be had exactly is refused with dataset and type. Never done: running pickles, following links to other files, reading what lies in other
 * files. A dataset of more than 2 GiB is refused. Reading blocks the event loop. What carries no checksum (values without HDF5's filter
 * `fletcher32`; structures in the older version of the format, the usual one) may be damaged without being noticed.
 */
export function hdf5LegacyReader(fileOrDirectory: string, options: Hdf5LegacyReaderOptions = {}): LegacyReader {
  const { seconds = 30 } = options;
  if (!(seconds > 0 && seconds <= 86_400)) {
    const message = `The option seconds must be a number above 0, at most 86400, not ${seconds}.`;
    throw new LarderError(message, { code: "invalid-option", facts: { option: "seconds", value: seconds } });
  }
  // What is in a file is found out once, while it stays as it is: a file may hold thousands of tables.
  const known = new Map<string, { readonly state: string; readonly places: Place[] }>();
  const placesIn = (opened: Hdf5File, file: LegacyFile): Place[] => {
    const before = known.get(file.path);
    if (before?.state === opened.state) return before.places;
    const places = findPlaces(opened, file);
    known.set(file.path, { state: opened.state, places });
    return places;
  };
  const placesOf = async (file: LegacyFile): Promise<Place[]> => {
    try {
      const path = file.item === "" ? file.path : await readablePath(fileOrDirectory, file);
      return await useHdf5File(path, seconds, (opened) => placesIn(opened, file));
    } catch (error) {
      // Of a directory it is an item all the same; reading it says what is wrong.
      if (file.item === "") throw error;
      return [{ item: file.item, file, found: { path: "/", layout: "unreadable", warnings: [] } }];
    }
  };
  return {
    name: "hdf5",
    async *list() {
      for (const file of await filesOf(fileOrDirectory)) {
        const byteLength = (await stat(file.path).catch(() => undefined))?.size;
        for (const place of await placesOf(file)) yield itemOf(place, byteLength);
      }
    },
    async read(item) {
      const arrow = await loadArrow();
      for (const file of await filesOf(fileOrDirectory)) {
        if (file.item !== "" && item !== file.item && !item.startsWith(`${file.item}/`)) continue;
        const path = await readablePath(fileOrDirectory, file);
        const table = await useHdf5File(path, seconds, (opened) => {
          const place = placesIn(opened, file).find((candidate) => candidate.item === item);
          return place && readPlace(arrow, opened, place);
        });
        if (table) return table;
      }
      return undefined;
    },
  };
}

/** A single file comes with the empty item: its tables are items by themselves. */
async function filesOf(fileOrDirectory: string): Promise<LegacyFile[]> {
  if ((await stat(fileOrDirectory)).isDirectory())
    return [...(await legacyFiles(fileOrDirectory, extensions)).values()];
  return [{ item: "", name: fileOrDirectory, path: resolve(fileOrDirectory), extension: "", passedOver: [] }];
}

function findPlaces(opened: Hdf5File, file: LegacyFile): Place[] {
  const items = hdf5Items(opened, file.item !== "");
  if (file.item === "") return items.map((found) => ({ item: found.path.slice(1), file, found }));
  if (items.length === 1) return [{ item: file.item, file, found: items[0]! }];
  return items.map((found) => ({ item: `${file.item}${found.path}`, file, found }));
}

function itemOf({ item, file, found }: Place, byteLength: number | undefined): LegacyItem {
  return {
    item,
    origin: `${file.path}:${found.path}`,
    file: file.path,
    ...(byteLength !== undefined && { byteLength }),
    warnings: [...warningsOf(file), ...found.warnings],
  };
}

function readPlace(arrow: Arrow, file: Hdf5File, { found }: Place): Table {
  const { path, layout, reason } = found;
  switch (layout) {
    case "dataset":
      return datasetTable(arrow, file, path);
    case "group":
      return groupTable(arrow, file, path);
    case "pandas":
      return readPandas(arrow, file, path);
    default:
      throw unsupportedLegacy(
        `${file.path}:${path}`,
        reason ?? "it is unknown",
        "Leave it out, or copy there what it means.",
      );
  }
}

function readPandas(arrow: Arrow, file: Hdf5File, path: string): Table {
  const type = pandasType(file, path);
  switch (type) {
    case "frame":
      return fixedFrame(arrow, file, path);
    case "series":
      return fixedSeries(arrow, file, path);
    case "frame_table":
    case "series_table":
      return pandasTable(arrow, file, path);
    default: {
      const reason = `pandas calls it ${JSON.stringify(type)}, which is not known here`;
      throw unsupportedLegacy(`${file.path}:${path}`, reason, "Write it again with a newer pandas.");
    }
  }
}
