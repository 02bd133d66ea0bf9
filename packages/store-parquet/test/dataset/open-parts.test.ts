import { expect, test } from "vitest";
import { emptyState } from "../../src/dataset/log/dataset-state.js";
import { openParts } from "../../src/dataset/open-parts.js";
import { sampleDirectory, samplePart } from "./log/support/sample-dataset.js";

test("parts that were released give none any more: nobody would close it", async () => {
  const parts = openParts(sampleDirectory());
  const held = parts.hold(emptyState);
  const part = samplePart();
  const open = held.get(part);
  expect(held.get(part)).toBe(open);
  await held.release();
  expect(() => held.get(part)).toThrow(expect.objectContaining({ code: "closed-part" }));
  expect(parts.hold(emptyState).get(part)).not.toBe(open);
  await parts.close();
});
