import { describe, expect, it } from "vitest";
import { retryAfterMs } from "../../../src/fetchers/http/retry-after.js";

describe("the header Retry-After", () => {
  const now = Date.UTC(2024, 0, 1, 12, 0, 0);

  it("is seconds, or a date", () => {
    expect(retryAfterMs("120", now)).toBe(120_000);
    expect(retryAfterMs("0", now)).toBe(0);
    expect(retryAfterMs("Mon, 01 Jan 2024 12:00:30 GMT", now)).toBe(30_000);
    expect(retryAfterMs("Mon, 01 Jan 2024 11:00:00 GMT", now)).toBe(0);
  });

  it("says nothing when it is absent or makes no sense", () => {
    for (const header of [null, "", "soon", "-"]) expect(retryAfterMs(header, now)).toBeUndefined();
  });
});
