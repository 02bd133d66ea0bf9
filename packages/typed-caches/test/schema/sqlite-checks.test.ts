import { expect, it } from "vitest";
import { sqliteChecks } from "../../src/schema/sqlite-checks.js";

it("finds checks in the text of a CREATE TABLE, and nothing that only looks like one", () => {
  const sql = `CREATE TABLE t (
    "check" integer CHECK ("check" > 0 AND ("check" < 10)), -- CHECK (a)
    a text DEFAULT 'CHECK (b)' CONSTRAINT "the name" CHECK/* CHECK (c) */ (a <> ')' AND a <> '('),
    b text CONSTRAINT nn NOT NULL check ( b in ('x''(', "y") ),
    CONSTRAINT [last one] Check(length(a) > (1)) )`;
  expect(sqliteChecks(sql)).toEqual([
    { name: undefined, expression: '"check" > 0 AND ("check" < 10)' },
    { name: "the name", expression: "a <> ')' AND a <> '('" },
    { name: undefined, expression: `b in ('x''(', "y")` },
    { name: "last one", expression: "length(a) > (1)" },
  ]);
  expect(sqliteChecks("CREATE TABLE t (a CHECK (")).toEqual([{ name: undefined, expression: "" }]);
  expect(sqliteChecks("")).toEqual([]);
});
