import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applied, type DatasetState, emptyState, type LoggedChange } from "../../../src/dataset/log/dataset-state.js";
import type { PartColumn } from "../../../src/dataset/part-record.js";
import { runs } from "../../engines/runs.js";
import { idsOf, rowsEpoch, samplePart } from "./support/sample-dataset.js";

/** Parts by small numbers, so that changes often meet the same. */
const pool = Array.from({ length: 12 }, (_, i) =>
  samplePart({ keys: idsOf(...Array(i + 1).keys()), epochs: [rowsEpoch(i * 10, idsOf(i))] }),
);
const places = fc.integer({ min: 0, max: pool.length - 1 });

interface Step {
  readonly kind: LoggedChange["kind"];
  readonly add: readonly number[];
  readonly remove: readonly number[];
  readonly gone: readonly number[];
  readonly columns: readonly string[] | undefined;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("batch", "merge", "drop"),
    add: fc.uniqueArray(places, { maxLength: 3 }),
    remove: fc.array(places, { maxLength: 4 }),
    gone: fc.array(places, { maxLength: 4 }),
    columns: fc.option(fc.array(fc.string()), { nil: undefined }),
  }),
  { maxLength: 15 },
);

const asColumns = (names: readonly string[]): PartColumn[] => names.map((name) => ({ name, type: "Int32" }));

function changeOf({ kind, add, remove, gone, columns }: Step): LoggedChange {
  return {
    kind,
    add: add.map((i) => pool[i]!),
    remove: remove.map((i) => pool[i]!.name),
    gone: gone.map((i) => pool[i]!.name),
    ...(columns && { columns: asColumns(columns) }),
  };
}

describe("the state after a change", () => {
  test("has what was added and not removed since, and remembers what to unlink", () => {
    fc.assert(
      fc.property(steps, (all) => {
        let state: DatasetState = emptyState;
        const present = new Set<number>();
        const retired = new Map<number, number>();
        let bytes = { batch: 0, merge: 0, drop: 0 };
        let sequence = 0;
        let columns: PartColumn[] = [];
        for (const [at, step] of all.entries()) {
          const before = [...state.parts.keys()];
          const next = applied(state, changeOf(step));
          expect([...state.parts.keys()]).toEqual(before);
          state = next;
          for (const i of step.gone) retired.delete(i);
          for (const i of step.remove) if (present.delete(i)) retired.set(i, at + 1);
          for (const i of step.add) {
            present.add(i);
            retired.delete(i);
            sequence = Math.max(sequence, i * 10);
            bytes = { ...bytes, [step.kind]: bytes[step.kind] + pool[i]!.byteLength };
          }
          if (step.columns) columns = asColumns(step.columns);
        }
        expect(new Set(state.parts.values())).toEqual(new Set([...present].map((i) => pool[i]!)));
        expect(new Map(state.retired.map(({ name, entry }) => [name, entry]))).toEqual(
          new Map([...retired].map(([i, entry]) => [pool[i]!.name, entry])),
        );
        expect(state).toMatchObject({
          entry: all.length,
          sequence,
          columns,
          storedBytes: bytes.batch,
          compactedBytes: bytes.merge,
        });
      }),
      runs(300, 20_261_130),
    );
  });
});
