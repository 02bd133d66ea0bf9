import { LarderError } from "@larder/core";
import { parseColumnName } from "@larder/fetch-batch";
import type { Table } from "apache-arrow";
import { flightView } from "./database-steps.js";
import { openToRead } from "./open-database.js";

const sampleRows = 5000;

/**
 * Compares an answer with what one query says without a cache.
 *
 * @param all - every row, or some thousands evenly spread
 * @returns how many rows were compared
 * @throws LarderError `wrong-answer`
 */
export async function compareAnswer(options: {
  readonly answer: Table;
  readonly ids: Int32Array;
  readonly columns: readonly string[];
  readonly file: string;
  readonly all: boolean;
}): Promise<number> {
  const { answer, ids, columns, file, all } = options;
  if (answer.numRows !== ids.length) throw wrong(`It has ${answer.numRows} rows for ${ids.length} ids.`);
  const step = all ? 1 : Math.max(1, Math.ceil(ids.length / sampleRows));
  const compared = ids.filter((_, row) => row % step === 0);
  const expected = await askDirectly(file, compared, columns);
  const idColumn = answer.getChild("id")!;
  const vectors = columns.map((column) => answer.getChild(column)!);
  for (let row = 0; row < ids.length; row += step) {
    const id = ids[row]!;
    if (Number(idColumn.get(row)) !== id) throw wrong(`Row ${row} is that of ${idColumn.get(row)} instead of ${id}.`);
    for (const [place, vector] of vectors.entries()) {
      const value = vector.get(row) as unknown;
      const ours = typeof value === "bigint" ? Number(value) : value;
      const theirs = expected.get(id)![place];
      if (ours !== theirs) throw wrong(`${columns[place]} of ${id} is ${ours} instead of ${theirs}.`);
    }
  }
  return compared.length;
}

/** The values of columns by id, from the database. */
async function askDirectly(
  file: string,
  ids: Int32Array,
  columns: readonly string[],
): Promise<Map<number, readonly unknown[]>> {
  const selected = columns.map((name) => {
    const { column, path } = parseColumnName(name);
    return path.length === 0 ? column : `json_extract(${column}, '$.${path.join(".")}')`;
  });
  const database = await openToRead(file);
  try {
    const rows = database
      .prepare(`SELECT id, ${selected.join(", ")} FROM ${flightView} WHERE id IN (SELECT value FROM json_each(?))`)
      .raw()
      .all(`[${ids.join(",")}]`) as [number, ...unknown[]][];
    return new Map(rows.map(([id, ...values]) => [id, values]));
  } finally {
    database.close();
  }
}

function wrong(difference: string): LarderError {
  return new LarderError(
    `The answer from the cache differs from the database's own. ${difference} That is a defect of Larder: please report it, with this output.`,
    { code: "wrong-answer" },
  );
}
