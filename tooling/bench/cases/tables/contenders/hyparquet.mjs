// hyparquet, called plainly: as its documentation shows, with every option on that lets it read less.
import { rowsOfColumns } from "../arrow-rows.mjs";

export async function load({ operation }) {
  if (operation === "write") return writer();
  const { asyncBufferFromFile, parquetRead, parquetReadObjects } = await import("hyparquet");

  /** Columns as they come, a chunk at a time: its quickest way. */
  const chunks = async (path, options) => {
    const list = [];
    const onChunk = ({ columnName, columnData, rowStart }) =>
      list.push({ name: columnName, values: columnData, start: rowStart });
    await parquetRead({ file: await asyncBufferFromFile(path), onChunk, ...options });
    return list;
  };
  const objects = async (path, options) =>
    parquetReadObjects({ file: await asyncBufferFromFile(path), useOffsetIndex: true, ...options });
  return {
    full: async ({ path }) => ({ chunks: await chunks(path, {}) }),
    two: async ({ path, two }) => ({ chunks: await chunks(path, { columns: two }) }),
    head: async ({ path, head }) => ({ rows: await objects(path, { rowStart: 0, rowEnd: head }) }),
    middle: async ({ path, middle, middleRows }) => ({
      rows: await objects(path, { rowStart: middle, rowEnd: middle + middleRows }),
    }),
    /** Every column, then the rows whose id is in a set: many times quicker than `$in`, which tries each id on each row. */
    async ids({ path, ids, names }) {
      const wanted = new Set(ids);
      const list = (await chunks(path, {})).sort((left, right) => left.start - right.start);
      const column = (name) => list.filter((chunk) => chunk.name === name);
      const found = [];
      for (const { values, start } of column("id")) {
        for (let i = 0; i < values.length; i += 1) if (wanted.has(values[i])) found.push(start + i);
      }
      const columns = names.map((name) => pick(column(name), found));
      return { rows: rowsOfColumns(names, columns, found.length) };
    },
    "ids by $in": async ({ path, ids }) => ({
      rows: await objects(path, { filter: { id: { $in: [...ids] } }, usePageIndex: true }),
    }),
    rows: async ({ path }) => ({ rows: await objects(path, {}) }),
  };
}

/** The values at these rows, which ascend, as the chunks do. */
function pick(chunks, rows) {
  let at = 0;
  return rows.map((row) => {
    while (row >= chunks[at].start + chunks[at].values.length) at += 1;
    return chunks[at].values[row - chunks[at].start];
  });
}

async function writer() {
  const { parquetWriteFile } = await import("hyparquet-writer");
  return {
    write({ columns, target }) {
      const types = { integer: "INT64", float: "DOUBLE", text: "STRING", time: "TIMESTAMP", boolean: "BOOLEAN" };
      parquetWriteFile({
        filename: target,
        codec: "UNCOMPRESSED",
        columnData: columns.map(({ name, kind, values, nullable }) => ({
          name,
          data: values,
          type: values instanceof Int32Array ? "INT32" : types[kind],
          nullable,
        })),
      });
    },
  };
}
