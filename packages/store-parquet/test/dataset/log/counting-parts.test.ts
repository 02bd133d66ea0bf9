import { describe, expect, test } from "vitest";
import { countingParts } from "../../../src/dataset/log/counting-parts.js";
import type { PartRecord } from "../../../src/dataset/part-record.js";
import { idsOf, samplePart } from "./support/sample-dataset.js";

const [a, b, c] = [samplePart(), samplePart(), samplePart()];
const made = (...from: readonly PartRecord[]) => samplePart({ place: "base", replaces: from.map(({ name }) => name) });
const counting = (parts: PartRecord[], unreadable: string[] = []) => countingParts(parts, unreadable).counting;

describe("parts without a log", () => {
  test("all count where none was merged", () => {
    expect(countingParts([a, b])).toEqual({ counting: [a, b], replaced: [] });
  });

  test("count no more once all that a merge made of them is there", () => {
    const [low, high] = [made(), made(a, b)];
    expect(countingParts([b, c, low, high])).toEqual({ counting: [c, low, high], replaced: [b.name] });
    expect(countingParts([c, low, high], [b.name])).toEqual({ counting: [c, low, high], replaced: [b.name] });
  });

  test("count while a merge has not made its last one, beside what it made", () => {
    const low = made();
    expect(counting([a, b, low])).toEqual([a, b, low]);
  });

  test("follow merges of merges", () => {
    const first = made(a, b);
    const second = made(first, c);
    expect(counting([c, first, second])).toEqual([second]);
  });

  test("that stand for a lost part count, and it does not", () => {
    const standIn = samplePart({ keys: idsOf(), replaces: [a.name] });
    expect(counting([a, b, standIn])).toEqual([b, standIn]);
  });
});
