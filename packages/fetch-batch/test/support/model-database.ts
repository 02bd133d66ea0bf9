import type { Fetcher, Id } from "../../src/index.js";

/** A row of the model: columns `a` and `b`, and JSON `v` with `x` in it. */
export interface ModelRow {
  readonly a: unknown;
  readonly b: unknown;
  readonly v: unknown;
}

/** What was fetched last of a cell, and when. */
interface Told {
  readonly at: number;
  readonly version: string | undefined;
}

interface KnownId {
  absent: Told | undefined;
  readonly cells: Map<string, Told & { readonly value: unknown }>;
}

/** What counts in one request. */
export interface ModelFreshness {
  readonly ttlMs?: number | undefined;
  readonly absentTtlMs?: number | undefined;
  readonly version?: string | undefined;
}

/** A database of one table, and what a cache in front of it must know, cell by cell, told in the plainest way. */
export class ModelDatabase {
  readonly rows = new Map<Id, ModelRow>();
  readonly known = new Map<Id, KnownId>();
  now = 1_700_000_000_000;

  /** The ids, of some, with a cell that has to be fetched, each once. */
  missing(ids: readonly Id[], columns: readonly string[], freshness: ModelFreshness): Id[] {
    return [...new Set(ids)].filter((id) => this.lacking(id, columns, freshness).length > 0);
  }

  /** The cells of an id that have to be fetched. */
  lacking(id: Id, columns: readonly string[], { ttlMs, absentTtlMs = ttlMs, version }: ModelFreshness): string[] {
    const known = this.known.get(id);
    const isFresh = (told: Told | undefined, ttl: number | undefined) =>
      told !== undefined &&
      told.version === version &&
      told.at <= this.now &&
      (ttl === undefined || this.now < told.at + ttl);
    if (isFresh(known?.absent, absentTtlMs)) return [];
    return columns.filter((column) => !isFresh(known?.cells.get(column), ttlMs));
  }

  /** What a fetch of these ids has told, at this moment. */
  tell(ids: readonly Id[], columns: readonly string[], version: string | undefined): void {
    const told = { at: this.now, version };
    for (const id of ids) {
      const row = this.rows.get(id);
      if (row === undefined) this.known.set(id, { absent: told, cells: new Map() });
      else {
        const cells = this.known.get(id)?.cells ?? new Map();
        for (const column of columns) cells.set(column, { ...told, value: cellOf(row, column) });
        this.known.set(id, { absent: undefined, cells });
      }
    }
  }

  forget(ids: readonly Id[] | undefined): void {
    for (const id of ids ?? [...this.known.keys()]) this.known.delete(id);
  }

  /** The rows that an answer must have. */
  answer(ids: readonly Id[], columns: readonly string[]): { rows: Record<string, unknown>[]; missingIds: Id[] } {
    const found = ids.filter((id) => this.known.get(id)?.absent === undefined);
    const rows = found.map((id) => {
      const cells = this.known.get(id)!.cells;
      return Object.fromEntries([
        ["id", id],
        ...columns.map((column): [string, unknown] => [column, cells.get(column)!.value]),
      ]);
    });
    const missingIds = [...new Set(ids.filter((id) => this.known.get(id)?.absent !== undefined))];
    return { rows, missingIds: missingIds.sort((left, right) => (left < right ? -1 : 1)) };
  }

  /** Answers from the rows of this moment. */
  fetcher(): Fetcher {
    return (ids, _table, { columns }) =>
      (ids as readonly Id[]).flatMap((id) => {
        const row = this.rows.get(id);
        return row === undefined
          ? []
          : [
              Object.fromEntries(
                columns.map((column) => [column, column === "id" ? id : row[column as keyof ModelRow]]),
              ),
            ];
      });
  }
}

function cellOf(row: ModelRow, column: string): unknown {
  if (column !== "v.x") return row[column as keyof ModelRow];
  return ((row.v as { readonly x?: unknown } | null)?.x ?? null) as unknown;
}
