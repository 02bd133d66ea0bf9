import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownedFileName } from "@larder/store-lmdb";

/** A table that was made hot. */
export interface HotTable {
  readonly key: string;
  /** What it took when it was cold, in bytes. */
  readonly coldBytes: number;
  /** What it takes, in bytes. */
  readonly hotBytes: number;
  /** When it was last read, as far as it was told, in milliseconds since 1970. */
  readonly usedAt: number;
}

/** By key. */
export type HotTableList = ReadonlyMap<string, HotTable>;

const listName = "hot-tables.json";
const listVersion = 1;

/**
 * The tables of a cache that were made hot, as its file `hot-tables.json` has them; `undefined` where it can't be read. A hint: a
 * table is what its record says. For who holds the lease.
 */
export function readHotTables(directory: string): HotTableList | undefined {
  try {
    const { version, tables } = JSON.parse(readFileSync(join(directory, listName), "utf8")) as Record<string, unknown>;
    if (version !== listVersion || !Array.isArray(tables) || !tables.every(isHotTable)) return undefined;
    return new Map(tables.map((table) => [table.key, table]));
  } catch {
    return undefined;
  }
}

/** Writes the list whole or not at all. For who holds the lease. @throws the errors of the file system */
export function writeHotTables(directory: string, tables: HotTableList): void {
  const temporary = join(directory, "tmp", ownedFileName(".tmp"));
  const text = JSON.stringify({ version: listVersion, tables: [...tables.values()] });
  try {
    writeFileSync(temporary, `${text}\n`, { mode: 0o600, flag: "wx" });
    renameSync(temporary, join(directory, listName));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** What a table takes more than it took cold, in bytes. */
export function growthOf({ hotBytes, coldBytes }: Pick<HotTable, "hotBytes" | "coldBytes">): number {
  return Math.max(0, hotBytes - coldBytes);
}

function isHotTable(value: unknown): value is HotTable {
  if (typeof value !== "object" || value === null) return false;
  const { key, coldBytes, hotBytes, usedAt } = value as Record<string, unknown>;
  return typeof key === "string" && [coldBytes, hotBytes, usedAt].every((number) => Number.isFinite(number));
}
