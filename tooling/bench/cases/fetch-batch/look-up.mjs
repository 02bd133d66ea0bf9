// Looks 100,000 rows up by id, some times over, in a fresh process. Options: { contender, directory, table, file, rows, count, calls }.
// Prints { samples: { first: [ms], later: [ms…] }, answers, peakMegabytes }. Packages are loaded and databases opened before the clock starts.
import { join } from "node:path";
import { peakMegabytes } from "../tables/peak-megabytes.mjs";
import { answerDigest } from "./answer-digest.mjs";
import { openSqlite } from "./open-sqlite.mjs";
import { columns, sampleIds } from "./sample-rows.mjs";

/** Each opens, and gives `ask(ids)`, which resolves to columns in the order of the ids. */
const contenders = {
  async ours({ directory, table }) {
    const { datasetStore } = await import("@larder/store-parquet");
    const { getData } = await import("@larder/fetch-batch");
    const cache = datasetStore({ directory });
    const fetcher = () => {
      throw new Error("The database was asked for what is cached.");
    };
    return async (ids) => {
      const answer = await getData({ table, ids, columns, fetcher, cache });
      return () => answer.toColumns();
    };
  },

  /** One look-up by primary key after the other, in one transaction, without an object for each row. */
  async "better-sqlite3 by key"({ file }) {
    const database = await openSqlite(file, { readonly: true });
    const select = database.prepare(`SELECT ${columns.join(", ")} FROM flights WHERE id = ?`).raw();
    return async (ids) => {
      const found = columns.map(() => new Array(ids.length));
      database.transaction(() => {
        for (let i = 0; i < ids.length; i++) {
          const row = select.get(ids[i]);
          for (let c = 0; c < row.length; c++) found[c][i] = row[c];
        }
      })();
      return () => Object.fromEntries(columns.map((name, c) => [name, found[c]]));
    };
  },

  /** All ids in one parameter. */
  async "better-sqlite3 json_each"({ file }) {
    const database = await openSqlite(file, { readonly: true });
    const names = columns.map((name) => `f.${name}`).join(", ");
    const select = database
      .prepare(`SELECT ${names} FROM json_each(?) AS wanted CROSS JOIN flights AS f ON f.id = wanted.value`)
      .raw();
    return async (ids) => {
      const rows = select.all(`[${ids.join(",")}]`);
      return () => Object.fromEntries(columns.map((name, c) => [name, rows.map((row) => row[c])]));
    };
  },

  /** The ids by the appender into a table of their own, joined with the same Parquet files. */
  async duckdb({ directory, table }) {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const { datasetStore } = await import("@larder/store-parquet");
    const files = join(datasetStore({ directory }).datasetPath(table), "base", "*.parquet");
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run("CREATE TEMP TABLE wanted (place INTEGER, id BIGINT)");
    return async (ids) => {
      await connection.run("DELETE FROM wanted");
      const appender = await connection.createAppender("wanted");
      for (let i = 0; i < ids.length; i++) {
        appender.appendInteger(i);
        appender.appendBigInt(ids[i]);
        appender.endRow();
      }
      appender.closeSync();
      const names = columns.map((name) => `rows.${name}`).join(", ");
      const query = `SELECT ${names} FROM wanted JOIN read_parquet('${files}') AS rows USING (id) ORDER BY place`;
      const reader = await connection.runAndReadAll(query);
      const found = reader.getColumns();
      return () => Object.fromEntries(columns.map((name, c) => [name, found[c]]));
    };
  },
};

async function main() {
  const options = JSON.parse(process.argv[2]);
  const { contender, rows, count, calls } = options;
  const requests = Array.from({ length: calls + 1 }, (_, i) => sampleIds(rows, count, i + 1));
  const ask = await contenders[contender](options);
  const milliseconds = [];
  const answers = [];
  for (const ids of requests) {
    globalThis.gc?.();
    const started = performance.now();
    const values = await ask(ids);
    milliseconds.push(performance.now() - started);
    answers.push(answerDigest(values()));
  }
  const [first, ...later] = milliseconds;
  console.log(JSON.stringify({ samples: { first: [first], later }, answers, peakMegabytes: peakMegabytes() }));
  process.exit(0);
}

main();
