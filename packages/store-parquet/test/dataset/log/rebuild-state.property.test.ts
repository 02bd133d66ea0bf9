import { readdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uniteIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { hasId } from "../../../src/dataset/ids/look-up.js";
import type { DatasetState } from "../../../src/dataset/log/dataset-state.js";
import { epochsWithoutRows } from "../../../src/dataset/log/lost-epochs.js";
import type { Epoch, PartRecord } from "../../../src/dataset/part-record.js";
import { runs } from "../../engines/runs.js";
import { adding, idsOf, sampleDataset, sampleLog, writeSamplePart } from "./support/sample-dataset.js";

const ids = [0, 1, 2, 3, 4];

const epochs: fc.Arbitrary<{ kind: Epoch["kind"]; keys: number[]; at: number }> = fc.record({
  kind: fc.constantFrom("rows", "rows", "absent", "invalid"),
  keys: fc.uniqueArray(fc.constantFrom(...ids), { minLength: 1 }),
  at: fc.nat(1000),
});

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constant("batch" as const),
        told: fc.array(epochs, { minLength: 1, maxLength: 3 }),
      }),
    },
    fc.record({
      what: fc.constant("merge" as const),
      from: fc.nat(20),
      outputs: fc.integer({ min: 1, max: 2 }),
      finished: fc.boolean(),
    }),
    fc.record({ what: fc.constant("drop" as const), part: fc.nat(20) }),
    fc.record({ what: fc.constant("invalidate" as const) }),
  ),
  { minLength: 1, maxLength: 12 },
);

const damages = fc.record({
  log: fc.array(fc.record({ file: fc.nat(40), how: fc.constantFrom("tear", "remove") }), { maxLength: 4 }),
  newest: fc.boolean(),
  all: fc.boolean(),
  parts: fc.array(fc.nat(20), { maxLength: 2 }),
});

/** What is known of an id: where it is, `absent`, or nothing. For equal sequences the part's name tells. */
function known(parts: Iterable<PartRecord>, id: number): string {
  const told = [...parts].flatMap(({ epochs: all }) =>
    all.filter(({ keys }) => keys === undefined || hasId(keys, BigInt(id))),
  );
  const newest = told.toSorted((a, b) => b.sequence - a.sequence)[0];
  return newest === undefined || newest.kind === "invalid" ? "nothing" : `${newest.kind} ${newest.sequence}`;
}

function knownOfAll(state: DatasetState): string[] {
  return ids.map((id) => known(state.parts.values(), id));
}

/** Makes a dataset by steps. Files of some merges are left behind by a process that was broken off. */
async function store(
  directory: string,
  all: typeof steps extends fc.Arbitrary<infer Steps> ? Steps : never,
): Promise<DatasetState> {
  const log = sampleLog(directory);
  let sequence = 1000;
  for (const step of all) {
    const parts = [...(await log.refresh()).parts.values()];
    const columns = [{ name: "x".repeat(15_000), type: "Int32" }];
    sequence += 1001;
    if (step.what === "batch" || step.what === "invalidate") {
      const told = step.what === "batch" ? step.told : [];
      const list = told.map(({ kind, keys, at }, i): Epoch => {
        const base = { sequence: (sequence - at) * 10 + i, keys: idsOf(...keys) };
        return kind === "rows"
          ? { ...base, kind, fetchedAt: 0, columns: ["a"] }
          : kind === "absent"
            ? { ...base, kind, fetchedAt: 0 }
            : { ...base, kind, at: 0 };
      });
      if (step.what === "invalidate") list.push({ kind: "invalid", sequence: sequence * 10, at: 0 });
      const part = writeSamplePart(directory, { epochs: list, columns });
      await log.commit(() => adding(part));
    } else if (step.what === "merge" && parts.length > 1) {
      const from = [parts[step.from % parts.length]!, parts[(step.from + 1) % parts.length]!];
      const replaces = from.map(({ name }) => name);
      const list = from.flatMap((part) => part.epochs);
      const cuts = step.outputs === 1 ? [list] : [list.slice(0, 1), list.slice(1)];
      const kept = step.finished ? cuts : cuts.slice(0, -1);
      const keys = from.reduce((sum, part) => uniteIds(sum, part.keys), idsOf(7));
      const add = kept.map((told) =>
        writeSamplePart(directory, {
          place: "base",
          keys,
          epochs: told,
          replaces: told === cuts.at(-1) ? replaces : [],
          columns,
        }),
      );
      if (step.finished) await log.commit(() => ({ kind: "merge", add, remove: replaces }));
    } else if (step.what === "drop" && parts.length > 0) {
      const part = parts[step.part % parts.length]!;
      rmSync(join(directory, part.name));
      const standIn = writeSamplePart(directory, {
        keys: idsOf(),
        epochs: epochsWithoutRows(part.epochs, 0),
        replaces: [part.name],
      });
      await log.commit(() => ({ kind: "drop", add: [standIn], remove: [part.name] }));
    }
  }
  return log.refresh();
}

function damage(
  directory: string,
  state: DatasetState,
  { log, newest, all, parts }: typeof damages extends fc.Arbitrary<infer D> ? D : never,
): void {
  const folder = join(directory, "log");
  const names = readdirSync(folder).sort();
  for (const { file, how } of log) {
    const path = join(folder, names[file % names.length]!);
    if (how === "remove") rmSync(path, { force: true });
    else if (readdirSync(folder).includes(names[file % names.length]!)) truncateSync(path, 30);
  }
  const last = readdirSync(folder)
    .filter((name) => name.endsWith(".entry"))
    .sort()
    .at(-1);
  if (newest && last !== undefined) truncateSync(join(folder, last), 30);
  if (all) rmSync(folder, { recursive: true });
  const files = [...state.parts.keys()];
  for (const part of parts) if (files.length > 0) truncateSync(join(directory, files[part % files.length]!), 5);
}

describe("a dataset whose log is damaged", () => {
  test("tells of each cell what it told, or nothing; all of it where parts are whole", async () => {
    let rebuilt = 0;
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(steps, damages, async (all, how) => {
        const directory = await sampleDataset();
        const before = await store(directory, all);
        // What was last is lost without a trace where the newest files are removed: then the log tells of an earlier time, as it should.
        damage(directory, before, { ...how, log: how.log.filter(({ how: what }) => what === "tear" || how.newest) });
        const log = sampleLog(directory, { durability: "power" });
        const after = await log.refresh();
        const [wanted, told] = [knownOfAll(before), knownOfAll(after)];
        const isRebuilt = log.warnings.some(({ code }) => code === "log-rebuilt");
        rebuilt += Number(isRebuilt);
        for (const [i, what] of told.entries()) {
          if (what === wanted[i]) continue;
          lost++;
          expect([what, how.parts.length > 0 || how.log.some(({ how: removed }) => removed === "remove")]).toEqual([
            "nothing",
            true,
          ]);
        }
        const other = sampleLog(directory, { durability: "power" });
        expect(knownOfAll(await other.refresh())).toEqual(told);
        expect(other.warnings.filter(({ code }) => code === "log-rebuilt")).toEqual([]);
      }),
      runs(80, 20_261_134),
    );
    expect(rebuilt).toBeGreaterThan(15);
    expect(lost).toBeGreaterThan(3);
  }, 300_000);
});
