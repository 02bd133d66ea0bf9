import { afterAll, beforeAll, type TestContext } from "vitest";
import type { Fetcher } from "../../src/fetcher.js";

/** What SQL an engine speaks. */
export type Dialect = "postgres" | "mysql" | "sqlite";

/** A value as it is put into a table: JSON as its text. */
export type Stored = null | number | bigint | string | boolean | Date | Uint8Array;

/** How a fetcher under test is made. */
export interface FetcherSettings {
  readonly json?: "parsed" | "text";
  readonly idType?: string;
}

/** A database for one run of tests, with a fetcher on it. */
export interface Engine {
  readonly dialect: Dialect;
  /** Where tables of this run are made: a schema or database of its own. Absent where the whole database is its own. */
  readonly schema?: string;
  fetcher(settings?: FetcherSettings): Fetcher;
  /** How many queries the fetchers have sent. */
  queries(): number;
  run(sql: string): Promise<void>;
  insert(sql: string, values: readonly Stored[]): Promise<void>;
  /** Drops what was made. */
  close(): Promise<void>;
}

/**
 * Opens an engine before the tests of a `describe`, and closes it after.
 *
 * @param needs - what has to be there for that, in words
 * @param open - rejects where the engine can't be reached
 * @param fill - makes what all tests need; when it fails, they all do
 * @returns the engine, for a test: it is skipped where the engine could not be reached
 */
export function engineForTests<Opened extends Engine>(
  needs: string,
  open: () => Promise<Opened>,
  fill?: (engine: Opened) => Promise<void>,
): (ctx: TestContext) => Opened {
  let opened: Opened | undefined;
  let failure: unknown;

  beforeAll(async () => {
    try {
      opened = await open();
    } catch (error) {
      failure = error;
      return;
    }
    await fill?.(opened);
  });

  afterAll(async () => {
    await opened?.close();
  });

  return (ctx) =>
    opened ?? ctx.skip(`needs ${needs}: ${(failure as { code?: string } | undefined)?.code ?? String(failure)}`);
}

/** A name in the quotes of a dialect. */
export function quoted(dialect: Dialect, name: string): string {
  const quote = dialect === "mysql" ? "`" : '"';
  return quote + name.replaceAll(quote, quote + quote) + quote;
}

/** A table of an engine: as SQL writes it, and as `getData` is given it. */
export function tableOf(engine: Engine, name: string): { readonly sql: string; readonly table: string } {
  const { dialect, schema } = engine;
  if (schema === undefined) return { sql: quoted(dialect, name), table: name };
  return { sql: `${quoted(dialect, schema)}.${quoted(dialect, name)}`, table: `${schema}.${name}` };
}

/** Makes a table and fills it. `columns`: its columns with their types as SQL; the first one is the id. */
export async function makeTable(
  engine: Engine,
  name: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly (readonly Stored[])[],
): Promise<string> {
  const { sql, table } = tableOf(engine, name);
  const names = Object.keys(columns).map((column) => quoted(engine.dialect, column));
  const definitions = Object.values(columns).map((type, place) => `${names[place]} ${type}`);
  await engine.run(`CREATE TABLE ${sql} (${definitions.join(", ")}, PRIMARY KEY (${names[0]}))`);
  const most = Math.floor(5_000 / names.length);
  for (let start = 0; start < rows.length; start += most) {
    const some = rows.slice(start, start + most);
    let place = 0;
    const parameter = () => (engine.dialect === "postgres" ? `$${++place}` : "?");
    const tuples = some.map((row) => `(${row.map(parameter).join(", ")})`);
    await engine.insert(`INSERT INTO ${sql} VALUES ${tuples.join(", ")}`, some.flat());
  }
  return table;
}
