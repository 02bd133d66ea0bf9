import fc from "fast-check";
import { expect, test } from "vitest";
import { RemoteError, type RetryMeans, retryAfterMs, withRetries } from "../../src/index.js";

const unreachable = (retryAfterMs?: number) =>
  new RemoteError("No.", { code: "remote-unreachable", facts: retryAfterMs === undefined ? {} : { retryAfterMs } });

function means(retry: RetryMeans["retry"], random = () => 0): RetryMeans & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    retry,
    random,
    clock: { now: () => 0, monotonic: () => 0 },
    pauses,
    sleep: async (milliseconds) => void pauses.push(milliseconds),
  };
}

test("pauses double, up to the longest, and the last error is thrown", async () => {
  const spent = means({ attempts: 6, firstPauseMs: 100, longestPauseMs: 500 });
  let tries = 0;
  const error = unreachable();
  await expect(withRetries(spent, async () => Promise.reject(++tries && error))).rejects.toBe(error);
  expect(tries).toBe(6);
  expect(spent.pauses).toEqual([100, 200, 400, 500, 500]);
});

test("each pause is between half of what it grew to and that, and no longer than the longest", async () => {
  const seed = Number(process.env.LARDER_SEED ?? 20_261_127);
  const share = fc.double({ min: 0, max: 0.999_999, noNaN: true });
  const property = fc.asyncProperty(
    fc.array(share, { minLength: 1, maxLength: 8 }),
    fc.nat(5000),
    async (shares, first) => {
      const random = shares.values();
      const spent = means(
        { attempts: shares.length + 1, firstPauseMs: first, longestPauseMs: 10_000 },
        () => random.next().value!,
      );
      await expect(withRetries(spent, () => Promise.reject(unreachable()))).rejects.toThrow();
      for (const [nth, pause] of spent.pauses.entries()) {
        const grown = first * 2 ** nth;
        expect(pause).toBeLessThanOrEqual(Math.min(grown, 10_000));
        expect(pause).toBeGreaterThanOrEqual(Math.min(grown / 2, 10_000));
      }
    },
  );
  await fc.assert(property, { seed });
});

test("a service that asks for a longer pause gets it, up to the longest", async () => {
  const spent = means({ attempts: 4, firstPauseMs: 100, longestPauseMs: 5000 });
  const asked = [3000, 10, 60_000];
  let tries = 0;
  await expect(withRetries(spent, async () => Promise.reject(unreachable(asked[tries++] ?? 0)))).rejects.toThrow();
  expect(spent.pauses).toEqual([3000, 200, 5000]);
});

test("what succeeds is not tried again, and what trying does not help neither", async () => {
  const spent = means({ attempts: 5, firstPauseMs: 100, longestPauseMs: 500 });
  expect(await withRetries(spent, async (nth) => (nth < 2 ? Promise.reject(unreachable()) : nth))).toBe(2);
  const refused = new RemoteError("No.", { code: "remote-refused", facts: {} });
  let tries = 0;
  await expect(withRetries(spent, async () => Promise.reject(++tries && refused))).rejects.toBe(refused);
  expect(tries).toBe(1);
  expect(spent.pauses).toEqual([100, 200]);
});

test("a signal ends it between two tries", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const spent = means({ attempts: 5, firstPauseMs: 1, longestPauseMs: 1 });
  const attempt = async (nth: number) => {
    if (nth === 1) controller.abort(reason);
    throw unreachable();
  };
  await expect(withRetries(spent, attempt, controller.signal)).rejects.toBe(reason);
});

test("Retry-After is seconds or a date, and else nothing", () => {
  const now = Date.UTC(2026, 10, 27, 20, 0, 0);
  expect(retryAfterMs("120", now)).toBe(120_000);
  expect(retryAfterMs(" 0 ", now)).toBe(0);
  expect(retryAfterMs("Fri, 27 Nov 2026 20:00:30 GMT", now)).toBe(30_000);
  expect(retryAfterMs("Friday, 27-Nov-26 20:00:30 GMT", now)).toBe(30_000);
  expect(retryAfterMs("Fri, 27 Nov 2026 19:00:00 GMT", now)).toBe(0);
  for (const header of [null, "", "-5", "1.5", "soon", "9999999999"]) expect(retryAfterMs(header, now)).toBeUndefined();
});
