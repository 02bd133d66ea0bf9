import { type BenchmarkResult, toResult } from "../../benchmark.js";
import { type CaseOutput, runCase } from "../../run-case.js";
import type { Place } from "./compare-contenders.js";
import type { DataSet } from "./data-sets.js";

/** Ways of reading by which the event loop is watched; ten million rows only as one reads so many. */
function readings(data: DataSet): { reading: string; words: string; ids?: number }[] {
  const batches = { reading: "batches", words: "batches() of everything" };
  const ids = data.idCounts[0];
  if (data.rows >= 10_000_000) return [batches, { reading: "toArrow", words: "toArrow() of everything" }];
  return [
    { reading: "toArrow", words: "toArrow() of everything" },
    batches,
    { reading: "toColumns", words: "toColumns() of everything" },
    { reading: "toRows", words: "toRows() of everything" },
    ...(data.shape === "mixed" ? [{ reading: "where", words: "toArrow() where nine in ten rows match" }] : []),
    ...(ids === undefined ? [] : [{ reading: "ids", words: `toArrow() of ${ids.toLocaleString("en")} ids`, ids }]),
  ];
}

/** The longest time for which each reading of ours kept the event loop from its turn: the median of the runs. */
export async function* blocksOfTheEventLoop(data: DataSet, place: Place): AsyncGenerator<BenchmarkResult> {
  for (const { reading, words, ids } of readings(data)) {
    const title = `${data.words}: longest block of the event loop, ${words}`;
    const blocks: number[] = [];
    let peakMegabytes = 0;
    for (let run = 0; run < data.runs; run += 1) {
      place.say(`${title}: run ${run + 1} of ${data.runs}`);
      const options = { folder: place.folder, file: "larder.parquet", reading, ids };
      const output = await runCase<CaseOutput>("tables/event-loop", options, place.run);
      blocks.push(...Object.values(output.samples).flat());
      peakMegabytes = Math.max(peakMegabytes, output.peakMegabytes);
    }
    yield toResult({
      benchmark: "tables",
      case: title,
      unit: "ms",
      samples: { ours: blocks },
      peakMegabytes,
      goal: { ours: 50 },
    });
  }
}
