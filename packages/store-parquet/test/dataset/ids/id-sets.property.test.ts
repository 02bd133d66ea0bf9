import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasAllIds, intersectIds, sameIds, subtractIds, uniteIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { cutIds, idsBetween } from "../../../src/dataset/ids/cut-id-sets.js";
import { emptyIds, type IdSet } from "../../../src/dataset/ids/id-set.js";
import { idsOutside } from "../../../src/dataset/ids/ids-outside.js";
import { hasId, idAt, idBounds } from "../../../src/dataset/ids/look-up.js";
import { idSetOf, idsIn } from "../../../src/dataset/ids/make-id-set.js";
import { placesOfIds } from "../../../src/dataset/ids/places-of-ids.js";
import { rowsOfIds } from "../../../src/dataset/ids/rows-of-ids.js";
import { expectIds, expectSame } from "./support/check-set.js";
import { clusters, idsOf, shuffled } from "./support/id-recipes.js";

const seed = 20_261_127;
const runs = { seed, numRuns: 30 };
const setOf = (ids: readonly bigint[]) => idSetOf(BigInt64Array.from(ids));

describe(`sets of ids (seed ${seed})`, () => {
  test("a set has the ids it is made of, in whatever order and however often they come", () => {
    fc.assert(
      fc.property(clusters, fc.nat(), (recipe, mix) => {
        const ids = idsOf(recipe);
        expectIds(setOf(ids), ids);
        expectIds(setOf(ids.flatMap((id) => [id, id])), ids);
        const mixed = shuffled(ids, mix + 1);
        const before = mixed.slice();
        expectIds(idSetOf(mixed), ids);
        expectSame(mixed, before);
        expectSame(idsIn(setOf(ids)), ids);
      }),
      runs,
    );
  });

  test("a set knows which ids it has, its bounds, and the id at each place", () => {
    fc.assert(
      fc.property(clusters, clusters, (recipe, other) => {
        const ids = idsOf(recipe);
        const set = setOf(ids);
        const model = new Set(ids);
        const asked = probes(ids, idsOf(other)).filter((_, i) => i % 7 === 0);
        expect(asked.filter((id) => hasId(set, id) !== model.has(id))).toEqual([]);
        expect(idBounds(set)).toEqual(ids.length === 0 ? undefined : { low: ids[0], high: ids.at(-1) });
        for (let rank = 0; rank < ids.length; rank += 1 + (rank % 997)) expect(idAt(set, rank)).toBe(ids[rank]);
        if (ids.length > 0) expect(idAt(set, ids.length - 1)).toBe(ids.at(-1));
      }),
      runs,
    );
  });

  test("two sets unite, intersect and subtract as sets do", () => {
    fc.assert(
      fc.property(clusters, clusters, (recipe, other) => {
        const [idsA, idsB] = [idsOf(recipe), idsOf(other)];
        const [a, b] = [setOf(idsA), setOf(idsB)];
        const [inA, inB] = [new Set(idsA), new Set(idsB)];
        const frozen = [snapshotOf(a), snapshotOf(b)];
        const both = idsA.filter((id) => inB.has(id));
        expectIds(uniteIds(a, b), idsOf([...recipe, ...other]));
        expectIds(intersectIds(a, b), both);
        expectIds(
          subtractIds(a, b),
          idsA.filter((id) => !inB.has(id)),
        );
        expectIds(
          subtractIds(b, a),
          idsB.filter((id) => !inA.has(id)),
        );
        expect(sameIds(a, b)).toBe(both.length === idsA.length && both.length === idsB.length);
        expect(sameIds(setOf(idsA), a)).toBe(true);
        expect(hasAllIds(a, b)).toBe(both.length === idsB.length);
        expect(hasAllIds(a, intersectIds(b, a))).toBe(true);
        expect(hasAllIds(uniteIds(b, a), setOf(idsB))).toBe(true);
        expect([snapshotOf(a), snapshotOf(b)]).toEqual(frozen);
      }),
      runs,
    );
  });

  test("a set that lacks or has one id more is another, and holds or is held accordingly", () => {
    fc.assert(
      fc.property(clusters, fc.nat(), (recipe, pick) => {
        const ids = idsOf(recipe);
        fc.pre(ids.length > 0);
        const set = setOf(ids);
        const left = pick % ids.length;
        const less = setOf(ids.filter((_, i) => i !== left));
        expect(sameIds(set, less)).toBe(false);
        expect(hasAllIds(set, less)).toBe(true);
        expect(hasAllIds(less, set)).toBe(false);
        expectIds(subtractIds(set, less), [ids[left]!]);
        expect(sameIds(uniteIds(less, setOf([ids[left]!])), set)).toBe(true);
      }),
      runs,
    );
  });

  test("the ids between two bounds are those a filter finds", () => {
    fc.assert(
      fc.property(clusters, fc.nat(), fc.nat(), fc.integer({ min: -2, max: 2 }), (recipe, first, second, shift) => {
        const ids = idsOf(recipe);
        const near = (pick: number) => (ids.length === 0 ? BigInt(pick) : ids[pick % ids.length]!) + BigInt(shift);
        for (const [low, high] of [
          [near(first), near(second)],
          [near(second), near(first)],
          [-(2n ** 70n), near(first)],
          [near(first), 2n ** 70n],
          [-(2n ** 63n), 2n ** 63n - 1n],
        ] as const) {
          expectIds(
            idsBetween(setOf(ids), low, high),
            ids.filter((id) => id >= low && id <= high),
          );
        }
      }),
      runs,
    );
  });

  test("pieces follow each other, all of the size asked for but the last", () => {
    fc.assert(
      fc.property(clusters, fc.integer({ min: 1, max: 70_000 }), (recipe, most) => {
        const ids = idsOf(recipe);
        const size = Math.max(most, Math.ceil(ids.length / 50));
        const pieces = cutIds(setOf(ids), size);
        expect(pieces.length).toBe(Math.ceil(ids.length / size));
        pieces.forEach((piece, i) => {
          expectIds(piece, ids.slice(i * size, (i + 1) * size));
        });
      }),
      runs,
    );
  });

  test("rows are the places of ids in the sorted list", () => {
    fc.assert(
      fc.property(clusters, fc.integer({ min: 1, max: 400 }), fc.nat(), (recipe, step, start) => {
        const ids = idsOf(recipe);
        const rows = ids.map((_, i) => i).filter((i) => (i + start) % step === 0 || (i + start) % 1000 < step);
        const wanted = setOf(rows.map((row) => ids[row]!));
        const found = rowsOfIds(setOf(ids), wanted);
        expect(found.length).toBe(rows.length);
        expect(rows.every((row, i) => found[i] === row)).toBe(true);
      }),
      runs,
    );
  });

  test("each id is found at its place, or nowhere, in whatever order they are asked for", () => {
    fc.assert(
      fc.property(clusters, clusters, fc.nat(), (recipe, other, mix) => {
        const ids = idsOf(recipe);
        const place = new Map(ids.map((id, i) => [id, i]));
        const probed = probes(ids, idsOf(other));
        const set = setOf(ids);
        for (const asked of [shuffled(probed, mix + 1), BigInt64Array.from(probed).sort()]) {
          const places = placesOfIds(set, asked);
          expect(places.length).toBe(asked.length);
          expect([...asked].filter((id, i) => places[i] !== (place.get(id) ?? -1))).toEqual([]);
        }
      }),
      runs,
    );
  });

  test("what is outside a set is what it lacks, in whatever order it is asked for", () => {
    fc.assert(
      fc.property(clusters, clusters, fc.nat(), (recipe, other, mix) => {
        const ids = idsOf(recipe);
        const known = new Set(ids);
        const probed = probes(ids, idsOf(other));
        const lacking = [...BigInt64Array.from(new Set(probed.filter((id) => !known.has(id)))).sort()];
        const set = setOf(ids);
        expectIds(idsOutside(set, BigInt64Array.from(probed).sort()), lacking);
        expectIds(idsOutside(set, shuffled(probed, mix + 1)), lacking);
        expectIds(idsOutside(emptyIds, shuffled(ids, mix + 1)), ids);
        expectIds(idsOutside(set, shuffled(ids, mix + 1)), []);
      }),
      runs,
    );
  });
});

/** Ids of both, and their neighbours, within 64 bits. */
function probes(ids: readonly bigint[], others: readonly bigint[]): bigint[] {
  const near = (id: bigint, i: number) => (i % 50 === 0 ? [id, id - 1n, id + 1n, id + 65_536n, id - 2n ** 32n] : [id]);
  return [...ids.flatMap(near), ...others.flatMap(near)].filter((id) => BigInt.asIntN(64, id) === id);
}

/** What is to stay as it is. */
function snapshotOf(set: IdSet): string {
  return JSON.stringify(
    set.containers.map((container) => {
      const content =
        container.kind === "list" ? container.lows : container.kind === "bits" ? container.words : container.runs;
      return [container.high, container.size, content.join()];
    }),
  );
}
