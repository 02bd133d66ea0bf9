import { expect, test } from "vitest";
import { compactWhole } from "../../../src/dataset/compaction/compact-dataset.js";
import type { PartRecord } from "../../../src/dataset/part-record.js";
import { seededRandom } from "../../support/random-table.js";
import { startProgram } from "../log/support/run-program.js";
import { batchIds, toldOfBatch } from "./random-told.js";
import { answersOf, expectedAnswers, type StoredParts, storedParts } from "./stored-parts.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_133);
const kills = process.env.LARDER_FAULTS_LONG === "1" ? 100 : 10;
const program = new URL("./programs/compact-on-and-on.ts", import.meta.url);

test("whenever a process that merges is killed, the same answers are had afterwards", async () => {
  console.log(`seed ${seed}, ${kills} kills`);
  const random = seededRandom(seed);
  const dataset = storedParts();
  const told: PartRecord[] = [];
  try {
    let next = 0;
    let merges = 0;
    for (let kill = 0; kill < kills; kill++) {
      const { child, onLine, ended } = startProgram(program, [dataset.directory, String(next)]);
      // Every third kill is meant to come while files get their names or the log its entry.
      const awaited = kill % 3 === 0 ? "commit" : kill % 3 === 1 ? "rows" : "stor";
      let lines = 1 + Math.floor(random() * 6);
      onLine((line) => {
        if (line.startsWith(awaited) && --lines === 0) child.kill("SIGKILL");
      });
      const { signal, output, errors } = await ended;
      expect([signal, errors]).toEqual(["SIGKILL", ""]);
      merges += output.filter((line) => line === "commit").length;
      const batches = (word: string) =>
        output.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(" ")[1]));
      const stored = batches("stored");
      told.push(...stored.map(toldPart));
      const unsure = batches("storing").find((batch) => !stored.includes(batch));
      const answers = await currentAnswers(dataset);
      const expected = expectedAnswers(told, batchIds);
      const asMaybe = unsure === undefined ? expected : expectedAnswers([...told, toldPart(unsure)], batchIds);
      const isStored = unsure !== undefined && !sameAnswers(answers, expected);
      expect(answers).toEqual(isStored ? asMaybe : expected);
      if (isStored) told.push(toldPart(unsure));
      // A batch that may be there and tells nothing that counts must not come twice.
      next = Math.max(next, ...batches("storing").map((batch) => batch + 1));
    }
    expect(merges).toBeGreaterThan(kills / 2);
    await compactWhole(dataset.context);
    expect(await currentAnswers(dataset)).toEqual(expectedAnswers(told, batchIds));
    expect(dataset.warnings).toEqual([]);
  } finally {
    dataset.remove();
  }
}, 600_000);

async function currentAnswers({ directory, log }: StoredParts): Promise<Map<string, unknown>> {
  const { parts } = await log.refresh();
  return answersOf(directory, parts.values(), batchIds);
}

function sameAnswers(a: Map<string, unknown>, b: Map<string, unknown>): boolean {
  const text = (answers: Map<string, unknown>) =>
    JSON.stringify([...answers].sort(), (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  return text(a) === text(b);
}

function toldPart(batch: number): PartRecord {
  return {
    name: `told/${String(batch).padStart(9, "0")}`,
    epochs: toldOfBatch(batch),
  } as unknown as PartRecord;
}
