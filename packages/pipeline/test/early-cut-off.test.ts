import { MemoryCache } from "@larder/core";
import { Runner } from "@larder/pipeline";
import { parquetCodec } from "@larder/store-parquet";
import { expect, test } from "vitest";
import { decisionsOf, plannedIn, reasonsOf } from "./decisions-of.js";
import { callsOf } from "./map/counted-calls.js";
import { months, table } from "./map/table-nodes.js";

function newRunner() {
  const backend = new MemoryCache({ codecs: [parquetCodec()] });
  return new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
}

test("an edit after which a parent yields the same table leaves all that depends on it hits", async () => {
  const runner = newRunner();
  await runner.run(table, { inputs: { rows: [1, 2, -1, 3] } });
  const inputs = { rows: [1, -5, 2, 3, -7] };
  expect(plannedIn(await runner.plan(table, { inputs }))).toEqual({
    clean: "miss",
    mean: "depends",
    count: "depends",
    text: "depends",
  });
  const [{ report, outputs }, called] = await callsOf(() => runner.run(table, { inputs }));
  expect(called).toEqual(["clean"]);
  expect(outputs.text).toBe("2 of 3");
  expect(decisionsOf(report)).toEqual({ clean: "miss", mean: "skipped", count: "skipped", text: "hit" });
  expect(reasonsOf(report).text).toBe("same inputs");
});

test("an edit after which it yields another does not, and what comes out as it was ends there", async () => {
  const runner = newRunner();
  await runner.run(table, { inputs: { rows: [1, 2, 3] } });
  const inputs = { rows: [2, 3, 1] };
  expect(plannedIn(await runner.plan(table, { inputs }))).toMatchObject({ clean: "miss", text: "depends" });
  const [{ report }, called] = await callsOf(() => runner.run(table, { inputs }));
  expect(called.toSorted()).toEqual(["clean", "count", "mean"]);
  expect(reasonsOf(report)).toMatchObject({ mean: "parent changed", text: "same inputs" });
  const [other, all] = await callsOf(() => runner.run(table, { inputs: { rows: [2, 3, 4] } }));
  expect(all.toSorted()).toEqual(["clean", "count", "mean", "text"]);
  expect(other.outputs.text).toBe("3 of 3");
});

test("items are tables: only changed ones are made, and what they leave as it was ends there", async () => {
  const runner = newRunner();
  const list = Array.from({ length: 6 }, (_, month) => ({ month, note: "" }));
  await runner.run(months, { inputs: { months: list } });

  const noted = list.map((month) => (month.month === 2 ? { ...month, note: "the same table" } : month));
  expect(plannedIn(await runner.plan(months, { inputs: { months: noted } }))).toEqual({
    load: "miss",
    totals: "depends",
    year: "depends",
  });
  const [same, called] = await callsOf(() => runner.run(months, { inputs: { months: noted } }));
  expect(called).toEqual(["load 2"]);
  expect(decisionsOf(same.report)).toEqual({ load: "miss", totals: "skipped", year: "hit" });

  const other = list.map((month) => (month.month === 2 ? { ...month, month: 20 } : month));
  const [changed, three] = await callsOf(() => runner.run(months, { inputs: { months: other } }));
  expect(three).toEqual(["load 20", "total", "year"]);
  expect(changed.outputs.year).toBe(6 * 12 + 0 + 1 + 20 + 3 + 4 + 5);
  expect(reasonsOf(changed.report)).toMatchObject({
    load: "1 of 6 items changed",
    totals: "1 of 6 items changed",
    year: "parent changed",
  });

  const [tables] = await callsOf(() => runner.run(months, { inputs: { months: other }, outputs: ["tables"] }));
  expect(tables.outputs.tables.map(({ numRows }) => numRows)).toEqual([3, 3, 3, 3, 3, 3]);
  expect(() => tables.report.table("tables")).toThrow(/'tables' is a list of 6 items/);
});
