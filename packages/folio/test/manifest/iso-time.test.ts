import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { isoTime } from "../../src/manifest/iso-time.js";

afterEach(() => vi.unstubAllEnvs());

describe("a time of a manifest", () => {
  const times: readonly (readonly [text: string, time: string | undefined])[] = [
    ["2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31T12:00:00.123456", "2026-01-31T12:00:00.123Z"],
    ["2026-01-31 12:00:00,9+00:00", "2026-01-31T12:00:00.900Z"],
    ["2026-01-31T12:00+0530", "2026-01-31T06:30:00.000Z"],
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2024-02-29T00:00:00.000Z", "2024-02-29T00:00:00.000Z"],
    ["2023-02-29T00:00:00.000Z", undefined],
    ["2026-04-31", undefined],
    ["2026-13-01", undefined],
    ["2026-01-31T25:00:00Z", undefined],
    ["2026-01-31T12:60:00.000Z", undefined],
    ["31.01.2026", undefined],
    ["1769860800000", undefined],
    ["", undefined],
    ["2026-01-31T12:00:00.000Z\n", undefined],
  ];
  for (const [text, time] of times) {
    it(`${JSON.stringify(text)} is ${time ?? "none"}`, () => {
      for (const zone of ["UTC", "America/New_York", "Asia/Kolkata"]) {
        vi.stubEnv("TZ", zone);
        expect(isoTime(text)).toBe(time);
      }
    });
  }

  it("as Larder writes it stays as it is", () => {
    const dates = fc.date({ min: new Date(0), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true });
    fc.assert(fc.property(dates, (date) => isoTime(date.toISOString()) === date.toISOString()));
  });
});
