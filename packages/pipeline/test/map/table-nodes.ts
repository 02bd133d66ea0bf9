import { func, Pipeline } from "@larder/pipeline";
import { type Table, tableFromArrays } from "apache-arrow";
import type { CallsSeen } from "./counted-calls.js";

const load = func(
  { name: "load", inputs: ["months"], output: "tables", mapAxis: "months", cache: true },
  ({ months: month }: { months: { readonly month: number; readonly note: string } }): Table => {
    (globalThis as CallsSeen).called?.push(`load ${month.month}`);
    return tableFromArrays({ day: Int32Array.from([1, 2, 3]), count: Int32Array.from([month.month, 5, 7]) });
  },
);
const totals = func(
  { name: "totals", inputs: ["tables"], output: "totals", mapAxis: "tables", cache: true },
  ({ tables: table }: { tables: Table }) => {
    (globalThis as CallsSeen).called?.push("total");
    return [...table.getChild("count")!].reduce((sum: number, count) => sum + Number(count), 0);
  },
);
const year = func(
  { name: "year", inputs: ["totals"], output: "year", cache: true },
  ({ totals }: { totals: readonly number[] }) => {
    (globalThis as CallsSeen).called?.push("year");
    return totals.reduce((sum, total) => sum + total, 0);
  },
);
/** A table for each month, its sum, and the sum of those. */
export const months = new Pipeline([load, totals, year], { name: "months" });

const clean = func(
  { name: "clean", inputs: ["rows"], output: "cleaned", cache: true },
  ({ rows }: { rows: readonly number[] }): Table => {
    (globalThis as CallsSeen).called?.push("clean");
    return tableFromArrays({ value: Float64Array.from(rows.filter((row) => row >= 0)) });
  },
);
const mean = func(
  { name: "mean", inputs: ["cleaned"], output: "mean", cache: true },
  ({ cleaned }: { cleaned: Table }) => {
    (globalThis as CallsSeen).called?.push("mean");
    const values = [...cleaned.getChild("value")!].map(Number);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  },
);
const count = func(
  { name: "count", inputs: ["cleaned"], output: "count", cache: true },
  ({ cleaned }: { cleaned: Table }) => {
    (globalThis as CallsSeen).called?.push("count");
    return cleaned.numRows;
  },
);
const text = func(
  { name: "text", inputs: ["mean", "count"], output: "text", cache: true },
  ({ mean, count }: { mean: number; count: number }) => {
    (globalThis as CallsSeen).called?.push("text");
    return `${mean} of ${count}`;
  },
);
/** A table without negative numbers, and what is told of it. */
export const table = new Pipeline([clean, mean, count, text], { name: "table" });
