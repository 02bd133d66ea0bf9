import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EncodeParquetOptions } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { logicalTexts } from "../support/logical-text.js";

/** How each golden file is written. */
export const goldenOptions: Readonly<Record<string, EncodeParquetOptions>> = {
  flat: { rowGroupRows: 12 },
  nested: { rowGroupRows: 12 },
  snappy: { rowGroupRows: 100, compression: "snappy" },
  bloom: { rowGroupRows: 100, bloomFilters: ["int64", "utf8"] },
};

/** A file as a version of Larder wrote it, and what was in it. */
export interface GoldenFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contents: TableContents;
}

/** A table as text: its metadata, then a line for each column. */
export type TableContents = readonly unknown[];

/** Where the files of a format are. */
export function goldenFolder(format: number): string {
  return fileURLToPath(new URL(`./format-${format}/`, import.meta.url));
}

/** The files of a format. */
export function goldenFiles(format: number): GoldenFile[] {
  const folder = goldenFolder(format);
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
