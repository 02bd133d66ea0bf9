import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sameIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { idSetOf } from "../../../src/dataset/ids/make-id-set.js";
import type { Epoch } from "../../../src/dataset/part-record.js";
import { type PartFooter, readPartFooter, writePartFooter } from "../../../src/dataset/parts/part-footer.js";

const keys = fc
  .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 20 })
  .map((ids) => idSetOf(BigInt64Array.from(ids)));
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom("__proto__", "\ud800", "\u0000"));
const sequence = fc.maxSafeNat();
const at = fc.double({ noNaN: true, noDefaultInfinity: true });
const version = { version: text };
const epoch: fc.Arbitrary<Epoch> = fc.oneof(
  fc.record(
    { kind: fc.constant("rows" as const), sequence, keys, fetchedAt: at, columns: fc.array(text), ...version },
    { requiredKeys: ["kind", "sequence", "keys", "fetchedAt", "columns"] },
  ),
  fc.record(
    { kind: fc.constant("absent" as const), sequence, keys, fetchedAt: at, texts: fc.array(text), ...version },
    { requiredKeys: ["kind", "sequence", "keys", "fetchedAt"] },
  ),
  fc.record(
    { kind: fc.constant("invalid" as const), sequence, keys, at },
    { requiredKeys: ["kind", "sequence", "at"] },
  ),
) as fc.Arbitrary<Epoch>;
const footer: fc.Arbitrary<PartFooter> = fc.record({
  place: fc.constantFrom("base" as const, "recent" as const),
  columns: fc.array(
    fc.record(
      { name: text, type: text, fitsDouble: fc.boolean(), metadata: fc.dictionary(text, text) },
      { requiredKeys: ["name", "type"] },
    ),
  ),
  epochs: fc.array(epoch, { maxLength: 5 }),
  replaces: fc.array(text),
}) as fc.Arbitrary<PartFooter>;

describe("what a part says about itself", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(footer, (before) => {
        const after = readPartFooter(writePartFooter(before));
        const plain = ({ epochs, ...rest }: PartFooter) => ({
          ...rest,
          epochs: epochs.map((one) => ({ ...one, keys: 0 })),
        });
        // `-0` becomes `0` in JSON: the same moment.
        expect(JSON.parse(JSON.stringify(plain(after)))).toEqual(JSON.parse(JSON.stringify(plain(before))));
        for (const [i, one] of before.epochs.entries()) {
          const found = after.epochs[i]!.keys;
          expect(found === undefined).toBe(one.keys === undefined);
          if (one.keys && found) expect(sameIds(one.keys, found)).toBe(true);
        }
      }),
      { seed: 20261129, numRuns: 500 },
    );
  });

  test("is refused when anything in it is of another form", () => {
    const sound = JSON.parse(
      writePartFooter({
        place: "base",
        columns: [{ name: "a", type: "Int64", fitsDouble: true, metadata: { unit: "m" } }],
        epochs: [
          {
            kind: "rows",
            sequence: 1,
            keys: idSetOf(BigInt64Array.of(1n)),
            fetchedAt: 2,
            columns: ["a"],
            version: "v",
          },
          { kind: "absent", sequence: 1, keys: idSetOf(BigInt64Array.of(1n)), fetchedAt: 2, texts: ["x"] },
          { kind: "invalid", sequence: 1, at: 5 },
        ],
        replaces: ["recent/x"],
      }),
    ) as Record<string, unknown>;
    const paths: (string | number)[][] = [
      ["format"],
      ["place"],
      ["columns"],
      ["columns", 0],
      ["columns", 0, "name"],
      ["columns", 0, "type"],
      ["columns", 0, "fitsDouble"],
      ["columns", 0, "metadata"],
      ["columns", 0, "metadata", "unit"],
      ["replaces"],
      ["replaces", 0],
      ["epochs"],
      ["epochs", 0],
      ["epochs", 0, "kind"],
      ["epochs", 0, "sequence"],
      ["epochs", 0, "keys"],
      ["epochs", 0, "fetchedAt"],
      ["epochs", 0, "columns"],
      ["epochs", 0, "columns", 0],
      ["epochs", 0, "version"],
      ["epochs", 1, "texts"],
      ["epochs", 1, "texts", 0],
      ["epochs", 2, "at"],
    ];
    expect(() => readPartFooter(JSON.stringify(sound))).not.toThrow();
    for (const path of paths) {
      for (const wrong of [null, -1.5, "?", { a: 1 }, [7]]) {
        const changed = structuredClone(sound);
        const parent = path
          .slice(0, -1)
          .reduce((at, step) => at[step] as never, changed as Record<string | number, unknown>);
        const last = path.at(-1)!;
        const fits =
          (typeof wrong === "string" &&
            !["format", "place", "kind", "keys"].includes(String(last)) &&
            typeof parent[last] === "string") ||
          (wrong === -1.5 && (last === "fetchedAt" || last === "at"));
        parent[last] = wrong;
        const read = () => readPartFooter(JSON.stringify(changed));
        if (fits) expect(read, `${path} ${wrong}`).not.toThrow();
        else
          expect(read, `${path} ${JSON.stringify(wrong)}`).toThrow(
            expect.objectContaining({ code: expect.stringMatching(/^damaged-/) }),
          );
      }
    }
    for (const broken of ["", "{", "null", "[]", "7"]) {
      expect(() => readPartFooter(broken)).toThrow(expect.objectContaining({ code: "damaged-part" }));
    }
    expect(() => readPartFooter(JSON.stringify({ ...sound, format: 2 }))).toThrow(
      expect.objectContaining({ code: "newer-format" }),
    );
  });

  test("is not written with a sequence or time that is no number", () => {
    const write = (one: Epoch) => () => writePartFooter({ place: "base", columns: [], epochs: [one], replaces: [] });
    expect(write({ kind: "invalid", sequence: 0.5, at: 1 })).toThrow(expect.objectContaining({ code: "invalid-part" }));
    expect(write({ kind: "invalid", sequence: 1, at: Number.NaN })).toThrow(
      expect.objectContaining({ code: "invalid-part" }),
    );
  });
});
