import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { allKeys } from "../../../src/dataset/compaction/key-range.js";
import { mergeParts } from "../../../src/dataset/compaction/merge-parts.js";
import { mergeRuns } from "../../../src/dataset/compaction/merge-runs.js";
import { idsIn } from "../../../src/dataset/ids/make-id-set.js";
import type { PartRecord } from "../../../src/dataset/part-record.js";
import { readPartRecord } from "../../../src/dataset/parts/read-part-record.js";
import { seededRandom } from "../../support/random-table.js";
import { now, randomTold } from "./random-told.js";
import { answersOf, expectedAnswers, idText, storedParts } from "./stored-parts.js";

const ids = [-(2n ** 63n), -5n, ...Array.from({ length: 30 }, (_, i) => BigInt(i)), 65_536n, 1n << 40n, 2n ** 63n - 1n];

describe("merged files answer every cell as the parts before did", () => {
  test.each(["int64", "text"] as const)(
    "with ids that are %s, whichever parts are merged in whichever order",
    async (idKind) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const random = seededRandom(seed);
          const dataset = storedParts({ idKind });
          try {
            const stored = [];
            const count = 2 + Math.floor(random() * 8);
            for (let i = 0; i < count; i++) {
              // What is settled comes first; the rest in any order.
              const age = i < 3 ? 30 + random() * 100 : random() * 20;
              stored.push(await dataset.store(randomTold({ random, ids, age, distinct: i })));
            }
            const { columns, parts: map } = await dataset.log.refresh();
            let parts = [...map.values()];
            for (let step = 0; step < 3; step++) {
              const chosen = parts.filter(() => random() < 0.6);
              if (chosen.length === 0) continue;
              const intoBase = random() < 0.5;
              const base = parts.filter(({ place }) => place === "base");
              const recent = chosen.filter(({ place }) => place === "recent");
              const runs = intoBase ? mergeRuns(recent, base) : [{ ...allKeys, inputs: chosen }];
              const inputs = intoBase ? [...recent, ...runs.flatMap((run) => run.inputs)] : chosen;
              const place = intoBase ? "base" : "recent";
              const partBytes = random() < 0.5 ? 1 : 100_000;
              const made = await mergeParts(dataset.context, {
                place,
                runs,
                parts,
                columns,
                partBytes,
                replaces: [],
                now,
                sliceRows: 1 + Math.floor(random() * 60),
              });
              parts = [...parts.filter((part) => !inputs.includes(part)), ...made];
              expect(await answersOf(dataset.directory, parts, ids)).toEqual(expectedAnswers(stored, ids, idKind));
              for (const part of made) expect(textsOf(part)).toEqual(idKind === "text" ? expectedTexts(part) : []);
              for (const part of made) expect(await readPartRecord(dataset.directory, part.name)).toEqual(part);
            }
          } finally {
            dataset.remove();
          }
        }),
        { numRuns: 25, seed: 30 },
      );
    },
    300_000,
  );
});

function textsOf(part: PartRecord): string[] {
  return part.epochs.flatMap((epoch) => (epoch.kind === "absent" ? (epoch.texts ?? []) : []));
}

function expectedTexts(part: PartRecord): string[] {
  return part.epochs.flatMap((epoch) => (epoch.kind === "absent" ? Array.from(idsIn(epoch.keys), idText) : []));
}
