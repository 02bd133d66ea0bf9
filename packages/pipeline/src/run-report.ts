import { LarderError } from "@larder/core";
import { lazyTable } from "./lazy-table.js";
import { countedItems } from "./map/counted.js";
import { didYouMean } from "./nearest-name.js";
import { type NodeProgress, reportOf } from "./node-progress.js";
import { type RunReport, type RunWarning, totalsOf } from "./report.js";
import type { ResultStore } from "./result-store.js";

/** The report of a run that has ended. */
export function createRunReport(options: {
  readonly pipeline: string;
  readonly seconds: number;
  readonly progresses: readonly NodeProgress[];
  readonly warnings: readonly RunWarning[];
  readonly store: ResultStore | undefined;
}): RunReport {
  const { pipeline, seconds, progresses, store } = options;
  const nodes = progresses.map(reportOf);
  const warnings = [...options.warnings];
  const facts = { pipeline, seconds, nodes, totals: totalsOf(nodes), warnings };
  return {
    ...facts,
    table(name) {
      const found = progresses.find(({ output }) => output === name) ?? progresses.find(({ node }) => node === name);
      if (found === undefined) {
        const names = progresses.map(({ output }) => output);
        throw new LarderError(`The run of pipeline '${pipeline}' made no output '${name}'.${didYouMean(name, names)}`, {
          code: "unknown-output",
          facts: { pipeline, output: name, outputs: names },
        });
      }
      const { storedUnder, output } = found;
      if (storedUnder === undefined || store === undefined) throw notStored(pipeline, output);
      if (found.items !== null && found.rows === null) throw noTable(output, found.items.total);
      return lazyTable(async () => {
        const entry = await store.open(storedUnder);
        if (entry === undefined) throw notStored(pipeline, output);
        return entry;
      });
    },
    toJSON: () => facts,
  };
}

/** A list of tables is as many entries as it has items. */
function noTable(output: string, total: number): LarderError {
  return new LarderError(
    `'${output}' is a list of ${countedItems(total)}, each stored for itself, and no table. Ask run() for it: outputs: ['${output}'].`,
    { code: "not-a-table", facts: { output, items: total } },
  );
}

function notStored(pipeline: string, output: string): LarderError {
  return new LarderError(
    `There is no stored result of '${output}'. Cache its node ('cache: true', with caching enabled) and run pipeline '${pipeline}' again.`,
    { code: "not-stored", facts: { pipeline, output } },
  );
}
