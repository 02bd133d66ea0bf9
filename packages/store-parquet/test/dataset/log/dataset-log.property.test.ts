import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DatasetState } from "../../../src/dataset/log/dataset-state.js";
import { runs } from "../../engines/runs.js";
import { sampleDataset, sampleLog, samplePart } from "./support/sample-dataset.js";

interface Step {
  readonly log: number;
  readonly what: "commit" | "remove" | "refresh" | "open" | "sweep";
}

/** Steps of one round run at the same time. */
const rounds: fc.Arbitrary<Step[][]> = fc.array(
  fc.array(
    fc.record({
      log: fc.nat(2),
      what: fc.constantFrom("commit", "commit", "commit", "remove", "refresh", "open", "sweep"),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  { minLength: 1, maxLength: 12 },
);

/** So long that after some entries a state is due. */
const columns = [{ name: "x".repeat(9000), type: "Int32" }];

describe("several logs of one dataset", () => {
  test.each([
    ["with hard links", undefined],
    ["without hard links", () => Promise.reject(Object.assign(new Error(), { code: "ENOTSUP" }))],
  ])(
    "agree on one order, and lose nothing, whatever they do at once (%s)",
    async (_, link) => {
      await fc.assert(
        fc.asyncProperty(rounds, fc.integer(), async (all, seed) => {
          const directory = await sampleDataset();
          let now = Date.now();
          const clock = { now: () => now, monotonic: () => 0 };
          const random = () => ((seed >>> 0) % 97) / 97;
          const wait = () => new Promise<void>((resolve) => setImmediate(resolve));
          const open = () => sampleLog(directory, { clock, random, wait, ...(link && { link }) });
          const logs = [open(), open(), open()];
          const opened = [...logs];
          const shown = new Map<number, string>();
          const entries: number[] = [];
          const wanted = new Set<string>();
          const see = (state: DatasetState) => {
            const names = [...state.parts.keys()].join();
            expect(shown.get(state.entry) ?? names).toBe(names);
            shown.set(state.entry, names);
          };
          const run = async ({ log, what }: Step) => {
            if (what === "open") {
              logs[log] = open();
              opened.push(logs[log]!);
            } else if (what === "sweep") await logs[log]!.sweep();
            else if (what === "refresh") see(await logs[log]!.refresh());
            else {
              const part = samplePart({ columns });
              let removed: string | undefined;
              const state = await logs[log]!.commit(({ parts }) => {
                removed = what === "remove" ? [...parts.keys()].at(-1) : undefined;
                return { kind: "batch", add: [part], remove: removed === undefined ? [] : [removed] };
              });
              see(state);
              entries.push(state.entry);
              expect(state.parts.has(part.name)).toBe(true);
              wanted.add(part.name);
              if (removed !== undefined) gone.add(removed);
            }
          };
          const gone = new Set<string>();
          for (const round of all) {
            await Promise.all(round.map(run));
            now += 40_000;
          }
          for (const log of [...logs, open()]) {
            const state = await log.refresh();
            see(state);
            expect(new Set(state.parts.keys())).toEqual(new Set([...wanted].filter((name) => !gone.has(name))));
            expect(state.entry).toBe(1 + entries.length);
          }
          expect(new Set(entries).size).toBe(entries.length);
          expect(opened.flatMap(({ warnings }) => warnings)).toEqual([]);
          expect(readdirSync(join(directory, "tmp"))).toEqual([]);
        }),
        runs(25, 20_261_131),
      );
    },
    300_000,
  );
});
