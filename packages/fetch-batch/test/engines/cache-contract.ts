import { expect } from "vitest";
import { getData } from "../../src/get-data.js";
import { type Engine, makeTable, type Stored } from "./open-engine.js";
import { typesOf } from "./types-of.js";
import { withCache } from "./with-cache.js";

/**
 * Asks an engine by `getData` with a cache on disk: what is answered is what the database has, and what was once answered is not asked
 * for again.
 *
 * @param extreme - ids beyond 2⁵³ that the engine's fetcher can find
 */
export async function checkCachedFetching(engine: Engine, extreme: readonly bigint[]): Promise<void> {
  const { int64, double, text, json, int32 } = typesOf[engine.dialect];
  const columns = {
    id: int64,
    n: int64,
    price: double,
    name: text,
    document: json,
    "dotted.name": int32,
    nothing: text,
  };
  const known = [...Array.from({ length: 700 }, (_, place) => BigInt(place * 2)), ...extreme];
  const rows = known.map((id): Stored[] => [
    id,
    id * 1n,
    Number(id % 1000n) / 8,
    id % 7n === 0n ? null : `name "${id}" 😀`,
    JSON.stringify({ a: { b: [Number(id % 1000n), "x"] } }),
    Number(id % 100n),
    null,
  ]);
  const table = await makeTable(engine, "cached", columns, rows);
  await withCache(async (cache) => {
    const names = ["n", "price", "name", "document.a.b.0", "document", "dotted.name", "nothing"];
    const fetcher = engine.fetcher();
    const ask = (ids: readonly bigint[]) => getData({ ids, columns: names, table, fetcher, cache, onMissing: "omit" });
    const asked = [5n, ...known.slice(0, 500), 7n, ...extreme, 4n];
    const first = await ask(asked);
    expect(first.missingIds).toEqual([5, 7]);
    const expected = (ids: readonly bigint[]) => ids.filter((id) => id !== 5n && id !== 7n).map(expectedRow);
    expect(normal(first.toRows())).toEqual(expected(asked));
    const queries = engine.queries();
    const second = await ask([...asked].reverse());
    expect(normal(second.toRows())).toEqual(expected([...asked].reverse()));
    expect(engine.queries()).toBe(queries);
    expect(second.report).toMatchObject({ queries: 0 });
    const more = await ask(known);
    expect(normal(more.toRows())).toEqual(expected(known));
    expect(more.report).toMatchObject({ idsFetched: 200 });
  });
}

function expectedRow(id: bigint): Record<string, unknown> {
  return {
    id,
    n: id,
    price: Number(id % 1000n) / 8,
    name: id % 7n === 0n ? null : `name "${id}" 😀`,
    "document.a.b.0": id % 1000n,
    document: { a: { b: [Number(id % 1000n), "x"] } },
    "dotted.name": id % 100n,
    nothing: null,
  };
}

/** Whole numbers as bigints, JSON as values: engines differ in that, and callers may. */
function normal(rows: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return rows.map((row) => ({
    ...row,
    id: BigInt(row.id as bigint),
    n: BigInt(row.n as bigint),
    "document.a.b.0": BigInt(row["document.a.b.0"] as bigint),
    document: typeof row.document === "string" ? JSON.parse(row.document) : row.document,
    "dotted.name": BigInt(row["dotted.name"] as bigint),
  }));
}
