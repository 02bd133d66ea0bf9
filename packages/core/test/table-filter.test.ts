import { and, col, LarderError, not, or } from "@larder/core";
import { describe, expect, test } from "vitest";

describe("filters are plain data", () => {
  test("that says what is compared with what", () => {
    const delay = col("delay");
    expect([delay.eq(1), delay.ne(1n), delay.lt(-0.5), delay.lte(2), delay.gt(3), delay.gte(4)]).toEqual([
      { op: "eq", column: "delay", value: 1 },
      { op: "ne", column: "delay", value: 1n },
      { op: "lt", column: "delay", value: -0.5 },
      { op: "lte", column: "delay", value: 2 },
      { op: "gt", column: "delay", value: 3 },
      { op: "gte", column: "delay", value: 4 },
    ]);
    expect(delay.between(1, 2)).toEqual({ op: "between", column: "delay", low: 1, high: 2 });
    expect([delay.isNull().op, delay.isNotNull().op]).toEqual(["isNull", "isNotNull"]);
    expect(col("name").startsWith("A")).toEqual({ op: "startsWith", column: "name", prefix: "A" });
  });

  test("with the values of any iterable, as they were when it was made", () => {
    const ids = new Set([3n, 1n]);
    const filter = col("id").in(ids);
    ids.add(7n);
    expect(filter).toEqual({ op: "in", column: "id", values: [3n, 1n] });
  });

  test("that go into one another", () => {
    const filter = or(and(col("a").eq(1), not(col("b").isNull())), and());
    expect(filter).toEqual({
      op: "or",
      filters: [
        {
          op: "and",
          filters: [
            { op: "eq", column: "a", value: 1 },
            { op: "not", filter: { op: "isNull", column: "b" } },
          ],
        },
        { op: "and", filters: [] },
      ],
    });
    expect(structuredClone(filter)).toEqual(filter);
  });
});

test("col() refuses what is no name", () => {
  const make = () => col(5 as never);
  expect(make).toThrow(LarderError);
  expect(make).toThrow(expect.objectContaining({ code: "invalid-filter" }));
});
