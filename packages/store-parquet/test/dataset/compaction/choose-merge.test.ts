import { describe, expect, test } from "vitest";
import type { IdSet } from "../../../src/dataset/ids/id-set.js";
import { idBounds } from "../../../src/dataset/ids/look-up.js";
import { idSetOf } from "../../../src/dataset/ids/make-id-set.js";
import { seededRandom } from "../../support/random-table.js";
import { simulatedDataset } from "./simulated-dataset.js";

type Batches = (batch: number, rows: number) => IdSet;

const sequential: Batches = (batch, rows) => ascending(batch * rows, rows);

function ascending(first: number, rows: number): IdSet {
  return idSetOf(BigInt64Array.from({ length: rows }, (_, i) => BigInt(first + i)));
}

function scattered(span: number, seed: number): Batches {
  const random = seededRandom(seed);
  return (_, rows) => idSetOf(BigInt64Array.from({ length: rows }, () => BigInt(Math.floor(random() * span))));
}

/** Half of each batch is new, the other half is anywhere in what there is. */
function halfUpdates(seed: number): Batches {
  const random = seededRandom(seed);
  return (batch, rows) => {
    const reach = Math.max((batch * rows) / 2, 1);
    const ids = Array.from({ length: rows }, (_, i) =>
      i % 2 === 0 ? batch * rows + i : Math.floor(random() * reach) * 2,
    );
    return idSetOf(BigInt64Array.from(ids, BigInt));
  };
}

const patterns: readonly (readonly [string, (rows: number) => Batches])[] = [
  ["ids in their order", () => sequential],
  ["ids in any order", (rows) => scattered(rows * 4, 1)],
  ["ids in falling order", (rows) => (batch, each) => ascending(rows * 2 - batch * each, each)],
  ["the same ids again and again", () => (_, rows) => ascending(0, rows)],
  ["the same few batches of ids again and again", () => (batch, rows) => ascending((batch % 30) * rows, rows)],
  ["updates of a thousandth of the range", (rows) => scattered(Math.max(rows / 1000, 1), 2)],
  ["updates of a tenth of the range", (rows) => scattered(rows / 10, 3)],
  ["new ids and updates of any", () => halfUpdates(4)],
];

const thorough = process.env.LARDER_FAULTS_LONG === "1";

/** The largest are as many rows as the requirements name; all patterns of them take a minute. */
const sizes = [1_000, 30_000, 300_000, 10_000_000].flatMap((rows) =>
  [1_000, 10_000].map((each) => [rows, each] as const),
);

const cases = patterns.flatMap(([name, of]) =>
  sizes
    .filter(([rows, each]) => thorough || rows < 10_000_000 || (name.startsWith("ids in their") && each === 10_000))
    .map(([rows, each]) => [name, rows, each, of] as const),
);

describe("what merging writes is at most ten times what was stored, and parts stay few", () => {
  test.each(cases)("%s, %i rows in batches of %i", (_, rows, each, of) => {
    const batches = of(rows);
    const dataset = simulatedDataset();
    for (let batch = 0; batch * each < rows; batch++) dataset.append(batches(batch, each));
    const { storedBytes, compactedBytes, mostParts } = dataset.figures();
    expect(compactedBytes / storedBytes).toBeLessThanOrEqual(10);
    expect(mostParts).toBeLessThanOrEqual(60);
  });

  test("batches of any size", () => {
    const random = seededRandom(7);
    const dataset = simulatedDataset(20_000_000);
    const ids = scattered(4_000_000, 8);
    for (let batch = 0; batch < 600; batch++) dataset.append(ids(batch, Math.ceil(10 ** (random() * 4.5))));
    const { storedBytes, compactedBytes, mostParts } = dataset.figures();
    expect(compactedBytes / storedBytes).toBeLessThanOrEqual(10);
    expect(mostParts).toBeLessThanOrEqual(60);
  });
});

test("parts of base keep to ranges of their own, none much larger than asked for", () => {
  const dataset = simulatedDataset(1_000_000);
  const ids = scattered(2_000_000, 5);
  for (let batch = 0; batch < 300; batch++) dataset.append(ids(batch, 1000));
  const base = dataset.parts().filter(({ place }) => place === "base");
  expect(base.length).toBeGreaterThan(3);
  expect(base.every(({ byteLength }) => byteLength <= 1_010_000)).toBe(true);
  const bounds = base.map(({ keys }) => idBounds(keys)!).sort((a, b) => Number(a.low - b.low));
  for (const [i, { low }] of bounds.slice(1).entries()) expect(low).toBeGreaterThan(bounds[i]!.high);
});
