import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EncodeParquetOptions } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { logicalTexts } from "../support/logical-text.js";

/** How each golden file of the present layout is written. */
export const goldenOptions: Readonly<Record<string, EncodeParquetOptions>> = {
  flat: { rowGroupRows: 12 },
  nested: { rowGroupRows: 12 },
  snappy: { rowGroupRows: 100, compression: "snappy" },
  bloom: { rowGroupRows: 100, bloomFilters: ["int64", "utf8"] },
  pages: { rowGroupRows: 40, pageRows: 8 },
};

/**
 * Folders of golden files, the oldest layout first. `format-1`: text after its length, pages of 64 KiB. `format-1-hot`: text after all
 * lengths. Only files of the last are still written.
 */
export const goldenFolders = ["format-1", "format-1-hot"] as const;

/** The folder whose files are still written. */
export const presentFolder = "format-1-hot";

/** A file as a version of Larder wrote it, and what was in it. */
export interface GoldenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contents: TableContents;
}

/** A table as text: its metadata, then a line for each column. */
export type TableContents = readonly unknown[];

/** Where the files of a layout are. */
export function goldenPath(folder: string): string {
  return fileURLToPath(new URL(`./${folder}/`, import.meta.url));
}

/** The files of a layout. */
export function goldenFiles(name: (typeof goldenFolders)[number]): GoldenFile[] {
  const folder = goldenPath(name);
  const names = readdirSync(folder).filter((file) => file.endsWith(".parquet"));
  return names.map((file) => {
    const name = file.replace(".parquet", "");
    const lines = readFileSync(`${folder}${name}.jsonl`, "utf8").trimEnd().split("\n");
    const contents = lines.map((line) => JSON.parse(line) as unknown);
    return { name, contents, bytes: new Uint8Array(readFileSync(`${folder}${file}`)) };
  });
}

/** What a table holds. */
export function contentsOf(table: Table): TableContents {
  const { schema } = table;
  return [
    { metadata: [...schema.metadata] },
    ...schema.fields.map(({ name, type, nullable, metadata }, i) => ({
      name,
      type: String(type),
      nullable,
      metadata: [...metadata],
      values: logicalTexts(table.getChildAt(i)!),
    })),
  ];
}
