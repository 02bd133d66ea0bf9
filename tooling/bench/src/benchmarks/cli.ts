import { fileURLToPath } from "node:url";
import { type Benchmark, toResult } from "../benchmark.js";
import { runCase, runProgram, withFolder } from "../run-case.js";

const program = fileURLToPath(new URL("../../../../packages/cli/bin/larder.js", import.meta.url));

/** From the start of a process to its end, beside a process that does nothing. */
export const cliBenchmark: Benchmark = {
  name: "cli",
  description: "the command larder: start-up over bare Node, of --help and of commands on a cache",
  async *measure(effort) {
    yield* await withFolder(async (folder) => {
      const directory = `${folder}/cache`;
      await runCase("cli-cache", { directory, entries: 1000 });
      const commands = [
        { name: "--help", args: ["--help"], more: 60 },
        { name: "cache stats", args: ["cache", "stats", "--directory", directory], more: 200 },
        { name: "cache list", args: ["cache", "list", "--directory", directory], more: 200 },
        { name: "config", args: ["config"], more: 200 },
      ];
      const results = [];
      for (const { name, args, more } of commands) {
        const samples = { ours: [] as number[], "bare Node": [] as number[] };
        for (let run = 0; run < effort.runs + 1; run += 1) {
          const ours = await runProgram(`larder ${name}`, [program, ...args], { cwd: folder });
          const bare = await runProgram("node", ["-e", "0"], { cwd: folder });
          if (run === 0) continue;
          samples.ours.push(ours.seconds * 1000);
          samples["bare Node"].push(bare.seconds * 1000);
        }
        results.push(
          toResult({
            benchmark: "cli",
            case: `larder ${name}`,
            unit: "ms",
            samples,
            peakMegabytes: null,
            goal: { peer: "bare Node", more },
          }),
        );
      }
      return results;
    });
  },
};
