import { describe, expect, it } from "vitest";
import { parseDuration } from "../../src/configuration/parse-duration.js";
import { parseSize } from "../../src/configuration/parse-size.js";

describe("sizes as text", () => {
  it.each([
    ["50GB", 53_687_091_200],
    ["8 MiB", 8_388_608],
    ["1.5 T", 1.5 * 1024 ** 4],
    ["4096", 4096],
    ["4096 B", 4096],
    ["1k", 1024],
    ["1kB", 1024],
    [" 0 ", 0],
    ["2 PB", 2 * 1024 ** 5],
    ["0.3 KB", 307],
  ])("%s are %d bytes, by powers of 1024", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(["", "GB", "-1 GB", "1e3", "1,5 GB", "5 GBit", "1 G B", "0x10", "Infinity", "99999999 PB", "1.2.3", "٣ GB"])(
    "%s is none",
    (text) => {
      expect(parseSize(text)).toBeUndefined();
    },
  );
});

describe("durations as text", () => {
  it.each([
    ["30d", 2_592_000],
    ["12 h", 43_200],
    ["90 minutes", 5400],
    ["1 week", 604_800],
    ["2 weeks", 1_209_600],
    ["500ms", 0.5],
    ["45", 45],
    ["1.5 Hours", 5400],
    ["10 secs", 10],
  ])("%s are %d seconds", (text, seconds) => {
    expect(parseDuration(text)).toBeCloseTo(seconds, 9);
  });

  it.each(["", "d", "-1d", "1 month", "1y", "30 ds", "1d 2h", "constructor", "1 constructor", "1 __proto__"])(
    "%s is none",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});
