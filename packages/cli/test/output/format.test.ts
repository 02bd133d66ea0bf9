import { describe, expect, it } from "vitest";
import { formatAge, formatDuration } from "../../src/output/format-age.js";
import { counted, formatShare, formatSize } from "../../src/output/format-quantity.js";
import { progressLine } from "../../src/output/progress.js";

describe("quantities for people", () => {
  it("shows sizes by powers of 1024", () => {
    const sizes = [0, 1023, 1024, 1536, 10_240, 1_048_064, 1_288_490_189, 53_687_091_200, 5 * 2 ** 40];
    expect(sizes.map(formatSize)).toEqual([
      "0 B",
      "1023 B",
      "1 KiB",
      "1.5 KiB",
      "10 KiB",
      "1 MiB",
      "1.2 GiB",
      "50 GiB",
      "5 TiB",
    ]);
    expect([formatSize(null), formatSize(Number.POSITIVE_INFINITY)]).toEqual(["–", "no limit"]);
  });

  it("shows ages in their largest unit", () => {
    const now = 1_800_000_000_000;
    const ages = [0.5, 45, 60, 3 * 3600 + 50, 12 * 86_400, 400 * 86_400].map((seconds) =>
      formatAge(now - seconds * 1000, now),
    );
    expect(ages).toEqual(["just now", "45 s ago", "1 min ago", "3 h ago", "12 d ago", "1 y ago"]);
    expect(formatAge(now + 300_000, now)).toBe("in 5 min");
    expect([formatAge(undefined, now), formatAge(0, now), formatDuration(-3)]).toEqual(["–", "–", "0 s"]);
  });

  it("shows shares that are neither nothing nor all as such", () => {
    expect([0, 0.0001, 0.454, 0.9999, 1, null].map(formatShare)).toEqual([
      "0 %",
      "< 1 %",
      "45 %",
      "99 %",
      "100 %",
      "–",
    ]);
  });

  it("counts in words", () => {
    expect([counted(1, "item"), counted(1200, "item"), counted(2, "entry")]).toEqual([
      "1 item",
      "1,200 items",
      "2 entries",
    ]);
  });

  it("draws progress that fits, whatever is known", () => {
    expect(progressLine("Warming", { done: 3, total: 12, bytes: 2 ** 30, what: "model" }, 80, false)).toBe(
      "Warming ━━━━━━────────────────── 25 % · 3 of 12 · 1 GiB · model",
    );
    expect(progressLine("Warming", { bytes: 512, totalBytes: 1024 }, 60, true)).toMatch(
      /^Warming #+\.+ 50 % · 512 B of 1 KiB$/,
    );
    for (let width = 0; width < 100; width++) {
      const line = progressLine(
        "Exporting",
        { done: 1, total: 3, what: "eine sehr lange Bezeichnung 漢字" },
        width,
        false,
      );
      expect(line.length).toBeLessThanOrEqual(width);
    }
  });
});
