import { Table, Utf8, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowTexts } from "../../src/tables/row-texts.js";

/** Reads CSV by the letter of RFC 4180; a field without quotes that is empty is null. */
function readCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = [[]];
  let at = 0;
  while (at < text.length) {
    let field: string | null;
    if (text[at] === '"') {
      field = "";
      for (at++; !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        field += text[at];
      }
      at++;
    } else {
      const end = text.slice(at).search(/[,\n]/) + at;
      field = end === at ? null : text.slice(at, end);
      at = end;
    }
    rows.at(-1)!.push(field);
    if (text[at++] === "\n") rows.push([]);
  }
  rows.pop();
  return rows;
}

const cell = fc.option(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", " ", "a") })), {
  nil: null,
});
const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 });

async function textOf(table: Table, format: "csv" | "jsonl"): Promise<string> {
  async function* batches(): AsyncGenerator<Table> {
    yield table;
  }
  let text = "";
  for await (const piece of rowTexts(
    batches(),
    table.schema.fields.map(({ name }) => name),
    format,
  ))
    text += piece;
  return text;
}

describe("tables as text", () => {
  it("come back from CSV and from JSON lines as they were: texts, empty texts and nulls", async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (values) => {
        const columns = [0, 1].map((at) =>
          vectorFromArray(
            values.map((row) => row[at]!),
            new Utf8(),
          ),
        );
        const table = new Table({ "a,b": columns[0]!, c: columns[1]! });
        const [titles, ...read] = readCsv(await textOf(table, "csv"));
        expect(titles).toEqual(["a,b", "c"]);
        expect(read).toEqual(values);
        const lines = (await textOf(table, "jsonl")).trimEnd().split("\n");
        expect(lines.map((line) => Object.values(JSON.parse(line) as object))).toEqual(values);
      }),
    );
  });

  it("of one column have no empty lines", async () => {
    const table = new Table({ only: vectorFromArray([null, "", "x"], new Utf8()) });
    expect(await textOf(table, "csv")).toBe('only\n""\n""\nx\n');
  });
});
