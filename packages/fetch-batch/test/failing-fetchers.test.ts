import { describe, expect, test } from "vitest";
import { type Fetched, type Fetcher, FetchTimeoutError, getData } from "../src/index.js";
import { countingFetcher, rowFetcher } from "./support/counting-fetcher.js";
import { failureOf } from "./support/failure-of.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";
import { testPace } from "./support/test-pace.js";

const patienceMs = 60_000;

function coded(code: string, more: object = {}): Error {
  return Object.assign(new Error(`failed with ${code}`), { code, ...more });
}

describe("a fetcher that fails", () => {
  test("with something that may pass is tried again, each time after a longer pause", async () => {
    const failures = [
      coded("ECONNRESET"),
      new Error("fetch failed", { cause: coded("40P01") }),
      coded("", { status: 503 }),
    ];
    const fetcher = countingFetcher((ids) => {
      const failure = failures.shift();
      if (failure) throw failure;
      return ids.map((id) => ({ id, a: 1 }));
    });
    const pace = testPace();
    const request = {
      table: "t",
      ids: [1],
      columns: ["a"],
      fetcher,
      cache: openCache(),
      retries: 3,
      retryDelayMs: 100,
      pace,
    };
    const { report } = await getData(request);
    expect(report).toMatchObject({ queries: 4, batches: 1, retries: 3 });
    expect(pace.pauses).toEqual([75, 150, 300]);
  });

  test("with something that will not pass is not tried again, unless isRetryable says so", async () => {
    const request = { table: "t", ids: [1], columns: ["a"], cache: openCache(), retryDelayMs: 1, pace: testPace() };
    const fetcher = countingFetcher(() => Promise.reject(new Error("relation does not exist")));
    expect((await failureOf(getData({ ...request, fetcher }))).failures[0]!.attempts).toBe(1);
    expect((await failureOf(getData({ ...request, fetcher, isRetryable: () => true }))).failures[0]!.attempts).toBe(3);
    const passing = countingFetcher(() => Promise.reject(coded("ECONNRESET")));
    expect(
      (await failureOf(getData({ ...request, fetcher: passing, isRetryable: () => false }))).failures[0]!.attempts,
    ).toBe(1);
    expect(
      (await failureOf(getData({ ...request, fetcher: passing, isRetryable: () => undefined }))).failures[0]!.attempts,
    ).toBe(3);
  });

  test("waits as long as the server says in retryAfterMs", async () => {
    let isFirst = true;
    const fetcher = countingFetcher((ids) => {
      if (isFirst) {
        isFirst = false;
        throw coded("", { status: 429, retryAfterMs: 5000 });
      }
      return ids.map((id) => ({ id, a: 1 }));
    });
    const pace = testPace();
    await getData({ table: "t", ids: [1], columns: ["a"], fetcher, cache: openCache(), pace });
    expect(pace.pauses).toEqual([5000]);
  });

  test("in some batches: the others are stored, the error names each failed batch, and a rerun fetches only the rest", async () => {
    const cache = openCache();
    let failing = true;
    const fetcher = countingFetcher((ids) => {
      if (failing && [20, 70].some((id) => (ids as number[]).includes(id))) throw new Error(`no luck with ${ids[0]}`);
      return ids.map((id) => ({ id, a: 1 }));
    });
    const request = { table: "t", ids: from(0, 100), columns: ["a"], fetcher, cache, batchSize: 10 };
    const error = await failureOf(getData(request));
    const failures = [...error.failures].sort((left, right) => Number(left.ids[0]) - Number(right.ids[0]));
    expect(failures.map(({ ids }) => ids)).toEqual([from(20, 30), from(70, 80)]);
    expect(failures[0]!.cause).toMatchObject({ message: "no luck with 20" });
    expect(error.message).toMatch(
      /^2 of 10 batches of "t" could not be fetched \(20 ids\): no luck with \d0; no luck with \d0\./,
    );
    const alone = await failureOf(getData({ ...request, ids: [20] }));
    expect(alone.message).toMatch(/^1 of 1 batch of "t" could not be fetched \(1 id\): no luck with 20\./);
    failing = false;
    fetcher.queries.length = 0;
    expect((await getData(request)).table.numRows).toBe(100);
    expect(fetcher.queries.flatMap(({ ids }) => ids).sort((left, right) => Number(left) - Number(right))).toEqual([
      ...from(20, 30),
      ...from(70, 80),
    ]);
  });

  test("in the midst of an iterable: nothing of that batch counts", async () => {
    const cache = openCache();
    const fetcher = countingFetcher(async function* (ids) {
      yield { id: ids[0], a: 1 };
      throw new Error("broken off");
    });
    const request = { table: "t", ids: [1, 2], columns: ["a"], cache };
    await failureOf(getData({ ...request, fetcher }));
    const whole = rowFetcher((id: number) => ({ id, a: 2 }));
    expect((await getData({ ...request, fetcher: whole })).toRows()).toEqual([
      { id: 1, a: 2 },
      { id: 2, a: 2 },
    ]);
  });

  test("to tell its columns: all ids have failed, with the cause", async () => {
    const columnsOf = () => Promise.reject(new Error("no such table"));
    const fetcher = Object.assign(
      countingFetcher(() => []),
      { columnsOf },
    );
    const error = await failureOf(getData({ table: "t", ids: [1, 2], columns: ["a"], fetcher, cache: openCache() }));
    expect(error.failures).toMatchObject([{ ids: [1, 2], cause: { message: "no such table" } }]);
    expect(fetcher.queries).toEqual([]);
  });
});

describe("a fetcher that hangs", () => {
  const never = () => new Promise<Fetched>(() => {});

  test("is given up after timeoutMs, told so by its signal, and tried again", async () => {
    const signals: AbortSignal[] = [];
    const fetcher = countingFetcher((_ids, { signal }) => {
      signals.push(signal);
      return never();
    });
    const request = { table: "t", ids: [1, 2], columns: ["a"], fetcher, cache: openCache(), pace: testPace() };
    const error = await failureOf(getData({ ...request, timeoutMs: 1000 }));
    expect(error.failures[0]).toMatchObject({
      attempts: 3,
      cause: { code: "fetch-timeout", facts: { timeoutMs: 1000, ids: 2 } },
    });
    expect(error.failures[0]!.cause).toBeInstanceOf(FetchTimeoutError);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  test("between the pieces of its answer is given up as well, and its iterable told so", async () => {
    let told = false;
    let count = 0;
    const fetcher: Fetcher = ([id]) => ({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          count++ === 0 ? Promise.resolve({ done: false, value: { id, a: 1 } }) : new Promise<never>(() => {}),
        return: async () => {
          told = true;
          return { done: true, value: undefined };
        },
      }),
    });
    const request = { table: "t", ids: [1], columns: ["a"], fetcher, cache: openCache(), pace: testPace(), retries: 0 };
    await failureOf(getData({ ...request, timeoutMs: 1000 }));
    expect(told).toBe(true);
  });

  test("ends with the call when the signal is aborted", async () => {
    const controller = new AbortController();
    const fetcher = countingFetcher(() => {
      controller.abort(new Error("enough"));
      return never();
    });
    const request = { table: "t", ids: [1], columns: ["a"], fetcher, cache: openCache(), pace: testPace(patienceMs) };
    await expect(getData({ ...request, signal: controller.signal })).rejects.toThrow("enough");
  });
});

describe("an abort", () => {
  test("stops between batches; what was stored stays", async () => {
    const cache = openCache();
    const controller = new AbortController();
    const fetcher = countingFetcher((ids) => {
      if (fetcher.queries.length === 4) controller.abort();
      return ids.map((id) => ({ id, a: 1 }));
    });
    const request = { table: "t", ids: from(0, 100), columns: ["a"], fetcher, cache, batchSize: 10, concurrency: 1 };
    await expect(getData({ ...request, signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
    expect(fetcher.queries.length).toBe(4);
    fetcher.queries.length = 0;
    expect((await getData(request)).table.numRows).toBe(100);
    expect(fetcher.queries.flatMap(({ ids }) => ids)).toEqual(from(30, 100));
  });

  test("before the call asks nothing, and during a pause ends the pause", async () => {
    const fetcher = countingFetcher(() => Promise.reject(coded("ECONNRESET")));
    const request = {
      table: "t",
      ids: [1],
      columns: ["a"],
      fetcher,
      cache: openCache(),
      retryDelayMs: 100,
      pace: testPace(75),
    };
    await expect(getData({ ...request, signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    expect(fetcher.queries.length).toBe(0);
    const controller = new AbortController();
    const call = getData({
      ...request,
      signal: controller.signal,
      onProgress: () => queueMicrotask(() => setImmediate(() => controller.abort(new Error("stop")))),
    });
    await expect(call).rejects.toThrow("stop");
  });
});
