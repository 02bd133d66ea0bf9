import fc from "fast-check";
import { seededRandom } from "../../../support/random-table.js";

/** Ids near one place, made the same way each time. */
export interface Cluster {
  /** Where they begin; those beyond 64 bits are left out. */
  readonly base: bigint;
  readonly pattern: Pattern;
  readonly seed: number;
}

type Pattern = "loose" | "one" | "edges" | "few" | "list" | "longest list" | "bits" | "run" | "runs" | "full";

const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

/** Both ends of 64 bits, both sides of zero, and where the upper words change. */
const bases = [
  least,
  greatest - 65_535n,
  greatest - 100_000n,
  -65_536n,
  0n,
  65_536n,
  65_536n * 3n - 100n,
  2n ** 31n - 200n,
  2n ** 32n - 65_536n,
  -(2n ** 32n) - 300n,
  2n ** 53n - 50n,
];

const cluster: fc.Arbitrary<Cluster> = fc.record({
  base: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...bases) },
    { weight: 1, arbitrary: fc.bigInt(least, greatest) },
  ),
  pattern: fc.constantFrom<Pattern>(
    "loose",
    "loose",
    "one",
    "edges",
    "few",
    "list",
    "longest list",
    "bits",
    "run",
    "runs",
    "full",
  ),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

/** What some ids are made of. Two draws often meet in the same containers. */
export const clusters: fc.Arbitrary<Cluster[]> = fc.array(cluster, { maxLength: 3 });

/** The ids of clusters, ascending, each once. */
export function idsOf(recipe: readonly Cluster[]): bigint[] {
  const ids = new Set<bigint>();
  for (const { base, pattern, seed } of recipe) {
    for (const offset of offsetsOf(pattern, seededRandom(seed))) {
      const id = base + BigInt(offset);
      if (id >= least && id <= greatest) ids.add(id);
    }
  }
  return sorted([...ids]);
}

/** Ascending. */
export function sorted(ids: readonly bigint[]): bigint[] {
  return [...BigInt64Array.from(ids).sort()];
}

/** The same in another order, some of them twice. */
export function shuffled(ids: readonly bigint[], seed: number): BigInt64Array {
  const random = seededRandom(seed);
  const mixed = [...ids, ...ids.filter(() => random() < 0.1)];
  for (let i = mixed.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [mixed[i], mixed[j]] = [mixed[j]!, mixed[i]!];
  }
  return BigInt64Array.from(mixed);
}

function offsetsOf(pattern: Pattern, random: () => number): number[] {
  const within = (count: number, span: number) => Array.from({ length: count }, () => Math.floor(random() * span));
  const stretch = (from: number, count: number, step: number) =>
    Array.from({ length: count }, (_, i) => from + i * step);
  const start = Math.floor(random() * 70_000);
  if (pattern === "one") return [start];
  if (pattern === "edges")
    return [0, 31, 32, 4095, 65_535, 65_536, 65_537, 131_071, 131_072].filter(() => random() < 0.7);
  if (pattern === "few") return within(20, 200_000);
  if (pattern === "list") return within(500, 66_000);
  if (pattern === "longest list") return stretch(0, 4095 + Math.floor(random() * 4), 2);
  if (pattern === "bits") return stretch(start % 7, 6000, 2 + (start % 9));
  if (pattern === "run") return stretch(start, 300, 1);
  if (pattern === "runs") return within(10, 130_000).flatMap((from) => stretch(from, 1 + (from % 400), 1));
  if (pattern === "loose") return within(100, 2 ** 37);
  return stretch(0, 65_536, 1);
}
