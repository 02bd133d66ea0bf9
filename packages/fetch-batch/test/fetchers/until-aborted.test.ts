import { describe, expect, it, vi } from "vitest";
import { untilAborted } from "../../src/fetchers/until-aborted.js";
import { rejectionOf } from "../engines/fetch-rows.js";

const reason = new Error("enough");

describe("work until an abort", () => {
  it("does not begin once the signal is aborted", async () => {
    const work = vi.fn(async () => 1);
    expect(await rejectionOf(untilAborted(work, AbortSignal.abort(reason)))).toBe(reason);
    expect(work).not.toHaveBeenCalled();
  });

  it("comes to its value or its error, unless the signal is aborted first", async () => {
    const { signal } = new AbortController();
    const error = new Error("failed");
    expect(await untilAborted(async () => 1, signal)).toBe(1);
    expect(await rejectionOf(untilAborted(() => Promise.reject(error), signal))).toBe(error);
    const abort = new AbortController();
    let fail: (error: Error) => void = () => {};
    const work = new Promise((_resolve, reject) => {
      fail = reject;
    });
    const waiting = rejectionOf(untilAborted(() => work, abort.signal));
    abort.abort(reason);
    expect(await waiting).toBe(reason);
    // Nobody waits for it any more, and still it is not an error that nobody heard of, which would end the process.
    fail(error);
  });
});
