import { fileURLToPath } from "node:url";
import type { Benchmark } from "../benchmark.js";
import { toResult } from "../benchmark.js";
import { runProgram, withFolder } from "../run-case.js";

const program = fileURLToPath(new URL("../../../../apps/demo/dist/demo.js", import.meta.url));

/** The demo on its real data, by its own figures: what the first run costs with a cache, and what the second saves. */
export const demoBenchmark: Benchmark = {
  name: "demo",
  description: "the demo on three million flights: with a cold cache, and with a warm one, beside no cache",
  async *measure(effort) {
    const runs = effort.quick ? 1 : 3;
    const stories: Act[][] = [];
    for (let run = 0; run < runs; run += 1) stories.push(await withFolder(runDemo));
    const find = (act: string) => stories.map((story) => findAct(story, act));
    const seconds = (act: string) => find(act).map((each) => each.seconds);
    const peak = (act: string) => Math.max(...find(act).map((each) => each.counters.peakMegabytes));
    const common = { benchmark: "demo", unit: "s" };
    const without = seconds("no-cache");
    yield toResult({
      ...common,
      peakMegabytes: peak("cold"),
      case: "cold act, with the cache",
      samples: { ours: seconds("cold"), "no cache": without },
      goal: { peer: "no cache", ratio: 1.3 },
    });
    yield toResult({
      ...common,
      peakMegabytes: peak("unchanged"),
      case: "second act, nothing changed",
      samples: { ours: seconds("unchanged"), "no cache": without },
    });
  },
};

/** What the demo says of an act, as far as it is used here. */
interface Act {
  readonly act: string;
  readonly seconds: number;
  readonly counters: { readonly peakMegabytes: number };
}

function findAct(story: readonly Act[], name: string): Act {
  const found = story.find(({ act }) => act === name);
  if (!found) throw new Error(`The demo has no act "${name}".`);
  return found;
}

/** Runs the whole demo on an empty cache. */
async function runDemo(directory: string): Promise<Act[]> {
  const args = [program, "--json", "--directory", `${directory}/cache`];
  // The demo writes its report where it stands.
  const { text } = await runProgram("The demo", args, { cwd: directory });
  return (JSON.parse(text) as { acts: Act[] }).acts;
}
