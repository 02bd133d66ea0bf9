import { and, bytesSource, col, LarderError, not, or, type TableFilter } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { beforeAll, describe, expect, test } from "vitest";

let scan: ReturnType<ReturnType<typeof openParquet>["scan"]>;

beforeAll(async () => {
  const vector = (type: arrow.DataType, data: ArrayBufferView): arrow.Vector =>
    new arrow.Vector([arrow.makeData({ type, length: 4, data } as never)]);
  const moment = 1_700_000_000_000n;
  const decimals = new arrow.Decimal(2, 20, 128);
  const unscaled = [1250n, -1n, 0n, 10n ** 17n].flatMap((value) =>
    [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asUintN(32, value >> shift))),
  );
  const table = new arrow.Table({
    row: vector(new arrow.Int8(), Int8Array.of(0, 1, 2, 3)),
    big: vector(new arrow.Int64(), BigInt64Array.of(2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n))),
    unsigned: vector(new arrow.Uint64(), BigUint64Array.of(0n, 1n, 2n ** 63n, 2n ** 64n - 1n)),
    float: vector(new arrow.Float64(), Float64Array.of(-0, Number.NaN, 1.5, Number.POSITIVE_INFINITY)),
    seconds: vector(new arrow.TimestampSecond(), BigInt64Array.of(0n, 1n, -1n, 1_700_000_000n)),
    nanos: vector(
      new arrow.TimestampNanosecond(),
      BigInt64Array.of(moment * 1_000_000n, moment * 1_000_000n + 1n, 0n, -1n),
    ),
    day: vector(new arrow.DateDay(), Int32Array.of(0, 1, -1, 20_000)),
    time: vector(new arrow.TimeMicrosecond(), BigInt64Array.of(0n, 1n, 2n, 3n)),
    decimal: vector(decimals, Uint32Array.from(unscaled)),
    text: arrow.vectorFromArray(["\uffff", "😀", "", "żółw"], new arrow.Utf8()),
    bytes: arrow.vectorFromArray(
      [Uint8Array.of(255, 255), Uint8Array.of(), Uint8Array.of(1), null],
      new arrow.Binary(),
    ),
    flag: arrow.vectorFromArray([true, false, null, true], new arrow.Bool()),
    nothing: arrow.vectorFromArray([null, null, null, null], new arrow.Null()),
    maybe: arrow.vectorFromArray([1, null, 3, null], new arrow.Int32()),
  });
  scan = openParquet(bytesSource((await encodeParquet(table)).bytes)).scan();
});

const matching = async (filter: TableFilter) =>
  (await scan.where(filter).select(["row"]).toRows()).map(({ row }) => row);

describe("values are compared exactly", () => {
  test.each<[string, () => TableFilter, number[]]>([
    ["a number with 64-bit integers", () => col("big").eq(2 ** 53), [0]],
    ["a number below a neighbour it can't tell apart", () => col("big").gt(2 ** 53), [1, 2]],
    ["2⁶³ as a number, above every 64-bit integer", () => col("big").lt(2 ** 63), [0, 1, 2, 3]],
    ["2⁶³ as a number with unsigned ones", () => col("unsigned").gte(2 ** 63), [2, 3]],
    ["a negative number with unsigned ones", () => col("unsigned").gt(-1), [0, 1, 2, 3]],
    ["2⁶⁴ with unsigned ones", () => col("unsigned").eq(2n ** 64n), []],
    ["a fraction, which no integer equals", () => col("row").eq(1.5), []],
    ["a fraction, from the next integer on", () => col("row").gt(1.5), [2, 3]],
    ["a fraction, up to the integer before", () => col("row").lte(1.5), [0, 1]],
    ["a negative fraction", () => col("row").gte(-0.5), [0, 1, 2, 3]],
    ["a number far beyond the type", () => or(col("row").gt(1e300), col("row").lt(-1e300)), []],
    ["infinity with integers", () => col("row").lt(Number.POSITIVE_INFINITY), [0, 1, 2, 3]],
    ["-0 as 0", () => col("float").eq(0), [0]],
    ["-0 as not below 0", () => col("float").lt(0), []],
    ["infinity", () => col("float").gte(Number.POSITIVE_INFINITY), [3]],
    ["nothing with NaN", () => or(col("float").eq(Number.NaN), col("float").lte(Number.NaN)), []],
    ["everything as not NaN", () => col("float").ne(Number.NaN), [0, 1, 2, 3]],
    ["NaN as unequal", () => col("float").ne(1.5), [0, 1, 3]],
    ["NaN as not below", () => not(col("float").lt(100)), [1, 3]],
    ["NaN as in no range", () => not(col("float").between(-1, 2)), [1, 3]],
    ["a bigint that no float equals", () => col("float").lt(2n ** 60n + 1n), [0, 2]],
    ["a Date with seconds, between two of them", () => col("seconds").gt(new Date(500)), [1, 3]],
    ["a Date before 1970, between two seconds", () => col("seconds").lt(new Date(-500)), [2]],
    ["a Date with nanoseconds, to the last one", () => col("nanos").eq(new Date(1_700_000_000_000)), [0]],
    ["a Date below the next nanosecond", () => col("nanos").gt(new Date(1_700_000_000_000)), [1]],
    ["a bigint in the unit of the column", () => col("nanos").gte(-1n), [0, 1, 2, 3]],
    ["a Date in the middle of a day with days", () => col("day").gte(new Date(43_200_000)), [1, 3]],
    ["midnight with days", () => col("day").eq(new Date(86_400_000)), [1]],
    ["a time of day", () => col("time").in([1n, 3n]), [1, 3]],
    ["digits with decimals", () => col("decimal").eq("12.50"), [0]],
    ["digits of another scale with decimals", () => col("decimal").eq("12.5000"), [0]],
    ["digits between two decimals", () => col("decimal").gt("-0.005"), [0, 2, 3]],
    ["a whole number with decimals, as the value itself", () => col("decimal").eq(10n ** 15n), [3]],
    ["-1 with decimals", () => col("decimal").lte(0), [1, 2]],
    ["text by code point, not by UTF-16 unit", () => col("text").gt("\uffff"), [1]],
    ["text with the empty one", () => col("text").lte(""), [2]],
    ["a prefix", () => col("text").startsWith("ż"), [3]],
    ["the empty prefix", () => col("text").startsWith(""), [0, 1, 2, 3]],
    ["a prefix of bytes with nothing above it", () => col("bytes").startsWith(Uint8Array.of(255)), [0]],
    ["bytes with the empty ones", () => col("bytes").gte(new Uint8Array(0)), [0, 1, 2]],
    ["booleans", () => col("flag").lt(true), [1]],
    ["booleans, not null", () => col("flag").ne(true), [1]],
  ])("%s", async (_, filter, rows) => {
    expect(await matching(filter())).toEqual(rows);
  });
});

describe("nulls are neither equal nor unequal", () => {
  test.each<[string, () => TableFilter, number[]]>([
    ["eq", () => col("maybe").eq(1), [0]],
    ["ne", () => col("maybe").ne(1), [2]],
    ["not eq", () => not(col("maybe").eq(1)), [2]],
    ["in", () => col("maybe").in([1, 2]), [0]],
    ["not in", () => not(col("maybe").in([1, 2])), [2]],
    ["in no values", () => col("maybe").in([]), []],
    ["not in no values", () => not(col("maybe").in([])), [0, 2]],
    ["not between", () => not(col("maybe").between(0, 1)), [2]],
    ["a comparison or its opposite", () => or(col("maybe").gt(2), not(col("maybe").gt(2))), [0, 2]],
    ["unknown or true", () => or(col("maybe").gt(2), col("row").eq(1)), [1, 2]],
    ["not (unknown and false)", () => not(and(col("maybe").gt(2), col("row").eq(7))), [0, 1, 2, 3]],
    ["isNull", () => col("maybe").isNull(), [1, 3]],
    ["not isNull", () => not(col("maybe").isNull()), [0, 2]],
    ["a column of nulls", () => or(col("nothing").eq(1), not(col("nothing").eq(1)), col("nothing").isNotNull()), []],
    ["a column of nulls that is null", () => col("nothing").isNull(), [0, 1, 2, 3]],
    ["no filters at all", () => and(), [0, 1, 2, 3]],
    ["one of no filters", () => or(), []],
  ])("%s", async (_, filter, rows) => {
    expect(await matching(filter())).toEqual(rows);
  });
});

describe("a filter that can't be asked is refused, with what the column takes", () => {
  test.each<[string, () => TableFilter, string]>([
    ["text for a number", () => col("row").eq("1"), "takes a number or a bigint"],
    ["a number for text", () => col("text").eq(1), "takes a string"],
    ["half a surrogate pair", () => col("text").eq("a\ud800"), "surrogate"],
    ["text for bytes", () => col("bytes").eq("a"), "takes a Uint8Array"],
    ["a number for a timestamp", () => col("seconds").gt(5), "takes a Date, or a bigint in the unit of the column"],
    ["an invalid Date", () => col("day").gt(new Date(Number.NaN)), "an invalid Date"],
    ["a Date for a time of day", () => col("time").gt(new Date(0)), "takes a bigint in the unit of the column"],
    ["a fraction for a decimal", () => col("decimal").gt(0.1), "digits such as"],
    ["words for a decimal", () => col("decimal").gt("1e5"), "digits such as"],
    ["a number for a boolean", () => col("flag").eq(1), "takes true or false"],
    ["null", () => col("row").eq(null as never), "takes a number or a bigint, not null"],
    ["one wrong value of many", () => col("row").in([1, 2, "3"]), 'not "3"'],
    ["a prefix of a number", () => col("row").startsWith("1"), "columns of text or bytes"],
    ["a prefix of bytes for text", () => col("text").startsWith(Uint8Array.of(1)), "must be a string"],
    ["an operation that is none", () => ({ op: "like", column: "text", value: "%" }) as never, "no operation named"],
    ["a column without a name", () => ({ op: "eq", column: 5, value: 1 }) as never, "no name"],
    ["a list without values", () => ({ op: "in", column: "row" }) as never, "no list of values"],
    ["nothing", () => undefined as never, "no operation named"],
  ])("%s", async (_, filter, reason) => {
    const error: unknown = await scan
      .where(filter())
      .toArrow()
      .catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "invalid-filter")).toBe(true);
    expect((error as LarderError).message).toContain(reason);
  });

  test("and one on a column that is not there names the nearest", async () => {
    const narrowed = scan.where(and(col("row").gt(1), not(col("decimals").lt(5))));
    for (const read of [() => narrowed.toArrow(), () => narrowed.count(), () => narrowed.explain()]) {
      await expect(read()).rejects.toMatchObject({
        code: "unknown-column",
        facts: { column: "decimals", nearest: "decimal" },
      });
    }
  });

  test("and one that is nested without end", async () => {
    let filter = col("row").gt(1);
    for (let i = 0; i < 100_000; i++) filter = not(filter);
    await expect(scan.where(filter).count()).rejects.toMatchObject({ code: "invalid-filter" });
  });
});
