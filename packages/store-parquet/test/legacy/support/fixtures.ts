import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Table } from "apache-arrow";
import { onTestFinished } from "vitest";
import { rawValues } from "../../support/table-difference.js";

const folder = fileURLToPath(new URL("../fixtures/", import.meta.url));

/** What a table should be: types as Arrow writes them, values as the hexadecimal text of their bytes. */
export interface ExpectedTable {
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly values: readonly (string | null)[];
  }[];
}

/** What make-fixtures.py says of an item: its table, or words of the reason why it is refused. */
export type ExpectedItem = ExpectedTable | { readonly refused: readonly string[] };

/** By file, then by item. */
export const expectedFiles = (
  JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as {
    files: Record<string, Record<string, ExpectedItem>>;
  }
).files;

/** A new folder that is gone after the test. */
export function emptyFolder(): string {
  const made = mkdtempSync(join(tmpdir(), "larder-legacy-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Writes files by their names into a new folder, and gives its path. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const made = emptyFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(made, name, ".."), { recursive: true });
    writeFileSync(join(made, name), content);
  }
  return made;
}

/** The bytes of a fixture. */
export function fixture(name: string): Buffer {
  const packed = readdirSync(folder).includes(`${name}.gz`);
  return packed ? gunzipSync(readFileSync(join(folder, `${name}.gz`))) : readFileSync(join(folder, name));
}

/** A table as expected.json writes tables. */
export function shown(table: Table): ExpectedTable {
  const columns = table.schema.fields.map(({ name, type }, i) => {
    return { name, type: String(type), values: rawValues(table.getChildAt(i)!) };
  });
  return { columns };
}
