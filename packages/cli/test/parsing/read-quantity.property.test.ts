import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatSize } from "../../src/output/format-quantity.js";
import { readCount, readDuration, readSize } from "../../src/parsing/read-quantity.js";

describe("sizes, durations and counts", () => {
  it("reads what it shows, to the digits shown", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
        const read = readSize(formatSize(bytes))!;
        expect(Math.abs(read - bytes)).toBeLessThanOrEqual(bytes * 0.051);
      }),
    );
  });

  it("takes units in any case, with and without i and B, by powers of 1024", () => {
    for (const text of ["1.5GB", "1.5 GiB", "1.5g", "1536MB", "1536 mib", "1572864K"])
      expect(readSize(text), text).toBe(1.5 * 1024 ** 3);
    expect(readSize("4096")).toBe(4096);
    expect(readSize("12B")).toBe(12);
  });

  it("refuses everything else", () => {
    for (const text of ["", "GB", "-1GB", "1 PB", "1e3", "1,5GB", "NaN", "99999999999TB"])
      expect(readSize(text), text).toBeUndefined();
    for (const text of ["", "30", "-1d", "30 days", "d"]) expect(readDuration(text), text).toBeUndefined();
    for (const text of ["", "-1", "1.5", "0x10", "99999999999999999999"]) expect(readCount(text), text).toBeUndefined();
    expect(["90s", "2min", "1.5h", "30d", "2w"].map(readDuration)).toEqual([90, 120, 5400, 2_592_000, 1_209_600]);
  });
});
