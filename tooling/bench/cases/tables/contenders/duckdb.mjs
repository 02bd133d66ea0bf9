// DuckDB: SQL on the file, the result as native chunks whose vectors are typed arrays in JavaScript. Texts of a vector are made
// when they are looked at, as those of an Arrow table are.
export async function load() {
  const duckdb = await import("@duckdb/node-api");
  const connect = async () => (await duckdb.DuckDBInstance.create(":memory:")).connect();
  const source = (path) => `read_parquet('${path}')`;

  const vectors = async (sql) => {
    const result = await (await connect()).stream(sql);
    const names = result.columnNames();
    const list = [];
    let start = 0;
    for (const chunk of await result.fetchAllChunks()) {
      list.push(...names.map((name, i) => ({ name, start, vector: chunk.getColumnVector(i) })));
      start += chunk.rowCount;
    }
    return list;
  };
  /** A chunk at a time: quicker than `getRowObjects`, which holds the whole result first. */
  const objects = async (sql, connection) => {
    const result = await (connection ?? (await connect())).stream(sql);
    const rows = [];
    for await (const some of result.yieldRowObjects()) for (const row of some) rows.push(row);
    return rows;
  };
  return {
    full: async ({ path }) => ({ vectors: await vectors(`SELECT * FROM ${source(path)}`) }),
    two: async ({ path, two }) => ({ vectors: await vectors(`SELECT ${two.join(", ")} FROM ${source(path)}`) }),
    head: async ({ path, head }) => ({ rows: await objects(`SELECT * FROM ${source(path)} LIMIT ${head}`) }),
    middle: async ({ path, middle, middleRows }) => ({
      rows: await objects(`SELECT * FROM ${source(path)} LIMIT ${middleRows} OFFSET ${middle}`),
    }),
    async ids({ path, ids }) {
      const connection = await connect();
      await connection.run("CREATE TABLE wanted (id BIGINT)");
      await append(duckdb, connection, "wanted", [{ type: duckdb.BIGINT, values: ids }]);
      return { rows: await objects(`SELECT * FROM ${source(path)} SEMI JOIN wanted USING (id)`, connection) };
    },
    rows: async ({ path }) => ({ rows: await objects(`SELECT * FROM ${source(path)}`) }),
    async write({ columns, target }) {
      const connection = await connect();
      const { BIGINT, BOOLEAN, DOUBLE, INTEGER, VARCHAR } = duckdb;
      const types = { integer: BIGINT, time: BIGINT, float: DOUBLE, text: VARCHAR, boolean: BOOLEAN };
      const typed = columns.map((column) => ({
        ...column,
        type: column.values instanceof Int32Array ? INTEGER : types[column.kind],
      }));
      await connection.run(`CREATE TABLE data (${typed.map(({ name, type }) => `${name} ${type}`).join(", ")})`);
      await append(duckdb, connection, "data", typed);
      const list = columns.map(({ name, kind }) => (kind === "time" ? `make_timestamp_ms(${name}) AS ${name}` : name));
      await connection.run(
        `COPY (SELECT ${list.join(", ")} FROM data) TO '${target}' (FORMAT parquet, COMPRESSION uncompressed)`,
      );
    },
  };
}

/** Appends whole chunks, which is its quickest way in. */
async function append(duckdb, connection, name, columns) {
  const appender = await connection.createAppender(name);
  const chunk = duckdb.DuckDBDataChunk.create(columns.map(({ type }) => type));
  const size = 2048;
  for (let start = 0; start < columns[0].values.length; start += size) {
    // Of a typed array a part is no copy.
    const part = ({ values }) => (values.subarray ?? values.slice).call(values, start, start + size);
    chunk.setColumns(columns.map(part));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
