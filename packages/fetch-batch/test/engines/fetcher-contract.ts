import { describe, expect, it } from "vitest";
import { ColumnNotFoundError } from "../../src/errors/column-not-found-error.js";
import { checkCachedFetching } from "./cache-contract.js";
import { fetchRows, rejectionOf, rowsById } from "./fetch-rows.js";
import { type Engine, engineForTests, makeTable, quoted, type Stored, tableOf } from "./open-engine.js";
import { typesOf } from "./types-of.js";

/** What an engine's fetcher can't do, for want of its driver. */
export interface Limits {
  /** Integers beyond 2⁵³ are refused. */
  readonly roundsIntegers?: boolean;
}

const most = 2n ** 63n - 1n;
const least = -(2n ** 63n);

/** What every fetcher of SQL databases must do, on a real engine. `open` rejects where the engine can't be reached. */
export function describeFetcher(name: string, needs: string, open: () => Promise<Engine>, limits: Limits = {}): void {
  describe(`the fetcher of ${name}`, () => {
    const engineOf = engineForTests(needs, open);

    it("finds ids exactly, to the ends of 64 bits and beside 2⁵³", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64 } = typesOf[engine.dialect];
      const ids = limits.roundsIntegers
        ? [0n, 1n, -1n, 2n ** 53n - 1n]
        : [
            0n,
            1n,
            -1n,
            2n ** 53n - 1n,
            2n ** 53n,
            2n ** 53n + 1n,
            -(2n ** 53n) - 1n,
            most - 1n,
            most,
            least,
            least + 1n,
          ];
      const rows = ids.map((id) => [id, id]);
      const table = await makeTable(engine, "extremes", { id: int64, n: int64 }, rows);
      for (const id of ids) {
        const asked = BigInt.asIntN(53, id) === id ? Number(id) : id;
        const found = rowsById(await fetchRows(engine.fetcher(), [asked], table, ["n"]));
        expect([...found.keys()]).toEqual([id]);
        expect(BigInt(found.get(id)!.n as bigint)).toBe(id);
      }
      const all = rowsById(await fetchRows(engine.fetcher(), ids, table, ["n"]));
      expect(all.size).toBe(ids.length);
    });

    it("refuses an integer that the driver rounded, rather than pass it on", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64 } = typesOf[engine.dialect];
      const table = await makeTable(engine, "beyond", { id: int64, n: int64 }, [[1n, most]]);
      const fetching = Promise.resolve(fetchRows(engine.fetcher(), [1], table, ["n"]));
      if (limits.roundsIntegers) await expect(fetching).rejects.toMatchObject({ code: "inexact-integer" });
      else expect((await fetching)[0]!.n).toBe(most);
    });

    it("brings every kind of value as it is, and null as null", async (ctx) => {
      const engine = engineOf(ctx);
      const types = typesOf[engine.dialect];
      const text = `'quotes' "double" \`back\` \\ %_ ; -- 😀 ünï\n\t`;
      const bytes = Buffer.from([0, 1, 255, 0, 39, 92]);
      const time = new Date("2024-02-29T12:34:56.789Z");
      const document = '{"a": {"b": [1, 2.5, null, "x.y"]}, "big": 9007199254740993}';
      const columns = {
        id: types.int64,
        small: types.int32,
        real: types.double,
        text: types.text,
        bytes: types.bytes,
        time: types.time,
        document: types.json,
      };
      const names = Object.keys(columns).slice(1);
      const table = await makeTable(engine, "values", columns, [
        [1, -7, 0.1, text, bytes, time, document],
        [2, null, null, null, null, null, null],
        [3, 2147483647, 1.7976931348623157e308, "", Buffer.alloc(0), new Date(0), "[]"],
      ]);
      const found = rowsById(await fetchRows(engine.fetcher(), [1, 2, 3], table, names));
      const first = found.get(1n)!;
      expect(Number(first.small)).toBe(-7);
      expect(first.real).toBe(0.1);
      expect(first.text).toBe(text);
      expect(Buffer.from(first.bytes as Uint8Array)).toEqual(bytes);
      expect(new Date(first.time as Date)).toEqual(time);
      if (typeof first.document === "string") expect(JSON.parse(first.document)).toEqual(JSON.parse(document));
      else expect(first.document).toMatchObject({ a: { b: [1, 2.5, null, "x.y"] } });
      for (const name of names) expect(found.get(2n)![name]).toBeNull();
      const third = found.get(3n)!;
      expect([third.real, third.text, (third.bytes as Uint8Array).length]).toEqual([1.7976931348623157e308, "", 0]);
    });

    it("leaves out ids that are not in the table, and answers an empty list of ids with no rows", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64 } = typesOf[engine.dialect];
      const table = await makeTable(engine, "sparse", { id: int64 }, [[1], [5]]);
      expect([...rowsById(await fetchRows(engine.fetcher(), [1, 2, 3, 4, 5, 6], table, [])).keys()].sort()).toEqual([
        1n,
        5n,
      ]);
      expect(await fetchRows(engine.fetcher(), [9], table, [])).toEqual([]);
      expect(await fetchRows(engine.fetcher(), [], table, [])).toEqual([]);
    });

    it("quotes names of columns, whatever they are made of", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64, int32 } = typesOf[engine.dialect];
      const names = [
        "a.b",
        'quo"te',
        "back`tick",
        "with space",
        "CamelCase",
        "select",
        "'; DROP TABLE x; --",
        "ünï",
        "a?b",
        "$1",
        ":n",
      ];
      const columns = Object.fromEntries(names.map((column) => [column, int32]));
      const row = [1, ...names.map((_, place) => place)];
      const table = await makeTable(engine, "odd columns", { id: int64, ...columns }, [row]);
      const [found] = await fetchRows(engine.fetcher(), [1], table, names);
      expect(names.map((column) => Number(found![column]))).toEqual(names.map((_, place) => place));
      const available = await engine.fetcher().columnsOf!(table, new AbortController().signal);
      expect([...available].sort()).toEqual(["id", ...names].sort());
    });

    it("takes an odd name for the column of ids", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64, int32 } = typesOf[engine.dialect];
      const table = await makeTable(engine, "odd ids", { "Order.No": int64, n: int32 }, [[7, 1]]);
      const [found] = await fetchRows(engine.fetcher(), [7], table, ["n"], { idColumn: "Order.No" });
      expect([Number(found!["Order.No"]), Number(found!.n)]).toEqual([7, 1]);
    });

    it("quotes names of tables, so that nothing in them is carried out", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64 } = typesOf[engine.dialect];
      await makeTable(engine, "victim", { id: int64 }, [[1]]);
      const victim = quoted(engine.dialect, "victim");
      for (const [place, odd] of [
        'x"; DROP TABLE victim; --',
        "x`; DROP TABLE victim; --",
        "'; DROP TABLE victim; --",
        `x"; DROP TABLE ${victim} CASCADE; --`,
        "Order",
        "with space",
        "😀",
      ].entries()) {
        if (engine.dialect === "mysql" && odd === "😀") continue;
        const table = await makeTable(engine, odd, { id: int64 }, [[place]]);
        expect((await fetchRows(engine.fetcher(), [place], table, [])).map((row) => Number(row.id))).toEqual([place]);
      }
      for (const absent of [
        `victim"; DROP TABLE victim; --`,
        "victim` WHERE 1=1; --",
        "victim WHERE 1=1",
        "(SELECT 1)",
      ]) {
        await rejectionOf(fetchRows(engine.fetcher(), [1], tableOf(engine, absent).table, []));
      }
      expect(await fetchRows(engine.fetcher(), [1], tableOf(engine, "victim").table, [])).toHaveLength(1);
    });

    it("refuses names that no database can have, before it asks", async (ctx) => {
      const engine = engineOf(ctx);
      const before = engine.queries();
      for (const bad of ["", "a\0b", "\ud800"]) {
        const error = await rejectionOf(fetchRows(engine.fetcher(), [1], bad, []));
        expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid-name|table-not-found)$/) });
      }
      await expect(fetchRows(engine.fetcher(), [1], "a.b.c", [])).rejects.toMatchObject({ code: "invalid-name" });
      expect(engine.queries()).toBeLessThanOrEqual(before + 3);
    });

    it("says that a table is not there", async (ctx) => {
      const engine = engineOf(ctx);
      const { table } = tableOf(engine, "no_such_table");
      const error = await rejectionOf(fetchRows(engine.fetcher(), [1], table, ["a"]));
      expect((error as Error).message).toMatch(/no_such_table/);
    });

    it("names the columns there are when one is not there, and finds one that was added later", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64, int32 } = typesOf[engine.dialect];
      const table = await makeTable(engine, "growing", { id: int64, name: int32 }, [[1, 5]]);
      const fetcher = engine.fetcher();
      const error = await rejectionOf(fetchRows(fetcher, [1], table, ["name", "nmae", "age"]));
      expect(error).toBeInstanceOf(ColumnNotFoundError);
      expect(error).toMatchObject({ columns: ["nmae", "age"], available: ["id", "name"] });
      const idMissing = await rejectionOf(fetchRows(fetcher, [1], table, [], { idColumn: "key" }));
      expect(idMissing).toMatchObject({ columns: ["key"] });
      await engine.run(`ALTER TABLE ${tableOf(engine, "growing").sql} ADD COLUMN age ${int32}`);
      expect((await fetchRows(fetcher, [1], table, ["age"]))[0]!.age).toBeNull();
    });

    it("answers 25,000 ids in one call", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64, text } = typesOf[engine.dialect];
      const ids = Array.from({ length: 25_000 }, (_, place) => place * 3 - 30_000);
      const rows = ids.filter((_, place) => place % 5 !== 0).map((id): Stored[] => [id, `row ${id}`]);
      const table = await makeTable(engine, "many", { id: int64, name: text }, rows);
      const found = rowsById(await fetchRows(engine.fetcher(), ids, table, ["name"]));
      expect(found.size).toBe(20_000);
      for (const [id, name] of rows) expect(found.get(BigInt(id as number))!.name).toBe(name);
    });

    it("finds ids that are texts, exactly", async (ctx) => {
      const engine = engineOf(ctx);
      const { textId, int32 } = typesOf[engine.dialect];
      const ids = [
        "a",
        "A",
        "",
        "x'y",
        'x"y',
        "x\\y",
        "{x,y}",
        "NULL",
        "1",
        "01",
        "ünï",
        "😀",
        "a,b",
        "%",
        "\\' OR 1=1 -- ",
      ];
      const table = await makeTable(
        engine,
        "texts",
        { id: textId, n: int32 },
        ids.map((id, place) => [id, place]),
      );
      const found = await fetchRows(engine.fetcher(), ids, table, ["n"]);
      expect(new Map(found.map((row) => [row.id, Number(row.n)]))).toEqual(
        new Map(ids.map((id, place) => [id, place])),
      );
      for (const id of ids)
        expect((await fetchRows(engine.fetcher(), [id], table, [])).map((row) => row.id)).toEqual([id]);
    });

    it("does not ask for texts that no row can have, and finds the others", async (ctx) => {
      const engine = engineOf(ctx);
      const { textId } = typesOf[engine.dialect];
      const table = await makeTable(engine, "halves", { id: textId }, [["a"], ["\ufffd"]]);
      const found = await fetchRows(engine.fetcher(), ["a", "\ud800", "b\udc00"], table, []);
      expect(found.map((row) => row.id)).toEqual(["a"]);
    });

    it("is asked by getData for nothing twice, and what it answers is what comes out of the cache", async (ctx) => {
      const engine = engineOf(ctx);
      await checkCachedFetching(engine, limits.roundsIntegers ? [] : [most, least, 2n ** 53n + 1n]);
    });

    it("stops when the call is aborted before it asks", async (ctx) => {
      const engine = engineOf(ctx);
      const { int64 } = typesOf[engine.dialect];
      const table = await makeTable(engine, "aborted", { id: int64 }, [[1]]);
      const reason = new Error("enough");
      const before = engine.queries();
      await expect(fetchRows(engine.fetcher(), [1], table, [], { signal: AbortSignal.abort(reason) })).rejects.toBe(
        reason,
      );
      expect(engine.queries()).toBe(before);
    });
  });
}
