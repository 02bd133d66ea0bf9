import type { Freshness } from "@larder/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { coverageOfNumbers, coverageOfTexts } from "../../../src/dataset/coverage/cell-coverage.js";
import { coverageIndex } from "../../../src/dataset/coverage/coverage-index.js";
import { orderedEpochs } from "../../../src/dataset/coverage/ordered-epochs.js";
import { emptyIds } from "../../../src/dataset/ids/id-set.js";
import { idSetOf, idsIn } from "../../../src/dataset/ids/make-id-set.js";
import type { Epoch, PartRecord } from "../../../src/dataset/part-record.js";

const universe = 12;
const names = ["a", "b", "c"];

const keysOf = (ids: readonly number[]) => idSetOf(BigInt64Array.from(ids, BigInt));

const ids = fc.uniqueArray(fc.nat(universe - 1), { minLength: 1, maxLength: 8 });
const fetched = {
  sequence: fc.nat(6),
  ids,
  fetchedAt: fc.integer({ min: 0, max: 100 }),
  version: fc.option(fc.constantFrom("v1", "v2"), { nil: undefined, freq: 3 }),
};
const recipe = fc.oneof(
  fc.record({ kind: fc.constant("rows" as const), ...fetched, columns: fc.subarray(names) }),
  fc.record({ kind: fc.constant("absent" as const), ...fetched }),
  fc.record({ kind: fc.constant("invalid" as const), sequence: fc.nat(6), ids: fc.option(ids, { nil: undefined }) }),
);
type Recipe = typeof recipe extends fc.Arbitrary<infer T> ? T : never;

function epochOf(told: Recipe): Epoch {
  if (told.kind === "invalid") {
    return { kind: "invalid", sequence: told.sequence, at: 0, ...(told.ids && { keys: keysOf(told.ids) }) };
  }
  const { sequence, fetchedAt, version } = told;
  const head = { sequence, fetchedAt, keys: keysOf(told.ids), ...(version !== undefined && { version }) };
  return told.kind === "rows"
    ? { kind: "rows", columns: told.columns, ...head }
    : { kind: "absent", ...head, texts: Array.from(idsIn(head.keys), (key) => `text ${key}`) };
}

function partOf(name: string, epochs: readonly Epoch[]): PartRecord {
  const nothing = { keys: emptyIds, byteLength: 0, checksum: "", chunkDigests: new Uint8Array(0), columns: [] };
  return { name, place: "recent", epochs, replaces: [], ...nothing };
}

interface Told {
  readonly epoch: Epoch;
  /** All ids where absent. */
  readonly ids: readonly number[] | undefined;
}

/** What parts tell, oldest first. */
function toldBy(parts: readonly PartRecord[]): Told[] {
  return parts
    .flatMap((part) => part.epochs.map((epoch) => ({ epoch, name: part.name })))
    .sort((x, y) => x.epoch.sequence - y.epoch.sequence || (x.name < y.name ? -1 : x.name > y.name ? 1 : 0))
    .map(({ epoch }) => ({ epoch, ids: epoch.keys && Array.from(idsIn(epoch.keys), Number) }));
}

/** What counts for one cell: the newest epoch that says something of it, looked for one by one. */
function cellState(
  all: readonly Told[],
  id: number,
  column: string | undefined,
  freshness: Freshness,
  now: number,
): "known" | "absent" | "missing" {
  const told = all.filter(({ ids }) => ids === undefined || ids.includes(id)).map(({ epoch }) => epoch);
  // Whether an id exists is told by rows of whatever columns; so it is not absent once there is a newer row of it.
  const last = told.at(-1);
  if (last?.kind === "absent") return isFresh(last, freshness, now) ? "absent" : "missing";
  const ofCell = told.filter(
    (epoch) => epoch.kind !== "rows" || column === undefined || epoch.columns.includes(column),
  );
  const newest = ofCell.at(-1);
  return newest?.kind === "rows" && isFresh(newest, freshness, now) ? "known" : "missing";
}

function isFresh(epoch: Extract<Epoch, { fetchedAt: number }>, freshness: Freshness, now: number): boolean {
  const ttl = epoch.kind === "absent" ? (freshness.absentTtlMs ?? freshness.ttlMs) : freshness.ttlMs;
  const age = now - epoch.fetchedAt;
  return epoch.version === freshness.version && age >= 0 && (ttl === undefined || age < ttl);
}

const freshnesses = fc.record(
  {
    ttlMs: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    absentTtlMs: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
    version: fc.option(fc.constantFrom("v1", "v2"), { nil: undefined, freq: 3 }),
  },
  { requiredKeys: [] },
);

test("coverage tells of each cell what the newest epoch says, in whatever order epochs come and parts go", () => {
  const question = fc.record({
    columns: fc.subarray(names),
    freshness: fc.nat(1),
    now: fc.integer({ min: 0, max: 130 }),
  });
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.record({ add: fc.array(recipe, { minLength: 1, maxLength: 3 }), name: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat(20) }) },
    { weight: 4, arbitrary: question },
  );
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 4, maxLength: 24 }),
      fc.tuple(freshnesses, freshnesses),
      fc.array(fc.nat(universe - 1), { maxLength: 30 }),
      (events, kinds, asked) => {
        const index = coverageIndex();
        let parts = new Map<string, PartRecord>();
        const all = Array.from({ length: universe }, (_, i) => i);
        for (const happened of events) {
          if ("add" in happened) {
            const name = `part ${String(happened.name).padStart(2, "0")}`;
            if (!parts.has(name)) parts = new Map([...parts, [name, partOf(name, happened.add.map(epochOf))]]);
            continue;
          }
          if ("remove" in happened) {
            const gone = [...parts.keys()][happened.remove];
            parts = new Map([...parts].filter(([name]) => name !== gone));
            continue;
          }
          const { columns, now } = happened;
          const freshness = kinds[happened.freshness]!;
          const epochs = orderedEpochs(parts);
          const sets = index.setsOf(epochs, columns, freshness, now);
          const cells = columns.length === 0 ? [undefined] : columns;
          const told = toldBy([...parts.values()]);
          for (const wanted of [all, asked]) {
            const expected = {
              missing: [] as number[],
              absent: [] as number[],
              lacking: new Map<number, readonly (string | undefined)[]>(),
            };
            for (const id of [...new Set(wanted)].sort((x, y) => x - y)) {
              const states = cells.map((column) => cellState(told, id, column, freshness, now));
              const lacking = cells.filter((_, i) => states[i] !== "known");
              if (states.every((state) => state === "absent")) expected.absent.push(id);
              else if (lacking.length > 0) {
                expected.missing.push(id);
                expected.lacking.set(id, columns.length === 0 ? [] : lacking);
              }
            }
            const numbers = coverageOfNumbers(BigInt64Array.from(wanted, BigInt), columns, sets);
            expect([...numbers.missing].map(Number)).toEqual(expected.missing);
            expect([...numbers.absent].map(Number)).toEqual(expected.absent);
            const texts = wanted.map((id) => `text ${id}`);
            const byText = coverageOfTexts(texts, columns, sets, (text) => BigInt(text.slice(5)), epochs);
            expect(byText.missing).toEqual(expected.missing.map((id) => `text ${id}`).sort());
            expect(byText.absent).toEqual(expected.absent.map((id) => `text ${id}`).sort());
            for (const coverage of [numbers, byText]) {
              const found = new Map<number, readonly string[]>();
              for (const group of coverage.missingCells()) {
                if (group.ids.length === 0) throw new Error("a group without ids");
                for (const id of group.ids) found.set(Number(String(id).replace("text ", "")), group.columns);
              }
              expect(new Map([...found].sort(([x], [y]) => x - y))).toEqual(expected.lacking);
            }
          }
        }
      },
    ),
    { seed: 20261127, numRuns: 400 },
  );
});

test("a text whose key is that of an absent text is missing, not absent", () => {
  const epoch: Epoch = { kind: "absent", sequence: 1, fetchedAt: 0, keys: keysOf([3]), texts: ["gone"] };
  const epochs = orderedEpochs(new Map([["recent/1", partOf("recent/1", [epoch])]]));
  const sets = coverageIndex().setsOf(epochs, ["a"], {}, 10);
  const coverage = coverageOfTexts(["other", "gone", "other"], ["a"], sets, () => 3n, epochs);
  expect(coverage.missing).toEqual(["other"]);
  expect(coverage.absent).toEqual(["gone"]);
  expect(coverage.missingCells()).toEqual([{ columns: ["a"], ids: ["other"] }]);
});

test("what was folded before is kept while nothing is new, and until the first cell expires", () => {
  const rows = (sequence: number, id: number, fetchedAt: number): Epoch => ({
    ...{ kind: "rows", sequence, fetchedAt, columns: ["a"], keys: keysOf([id]) },
  });
  const first = partOf("recent/1", [rows(1, 1, 100)]);
  const second = partOf("recent/2", [rows(2, 2, 150)]);
  const index = coverageIndex();
  const at = (now: number, parts: readonly PartRecord[]) =>
    index.setsOf(orderedEpochs(new Map(parts.map((part) => [part.name, part]))), ["a"], { ttlMs: 100 }, now);
  const before = at(160, [first]);
  expect(at(199, [first])).toBe(before);
  expect(idsIn(at(199, [first, second]).complete)).toEqual(BigInt64Array.of(1n, 2n));
  expect(idsIn(at(200, [first, second]).complete)).toEqual(BigInt64Array.of(2n));
  expect(idsIn(at(140, [first, second]).complete)).toEqual(BigInt64Array.of(1n));
});
