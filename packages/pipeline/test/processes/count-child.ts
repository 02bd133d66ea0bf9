import { appendFileSync, readFileSync } from "node:fs";
import { DiskCache } from "@larder/disk-cache";
import { func, Pipeline, Runner } from "@larder/pipeline";

// Runs a pipeline of many nodes, each of which adds its name and this process's id to a file before it makes anything.
// With `hang`, one of them says `holding` and never ends. With `together`, so many processes begin when all are there.
// Prints what the run says as JSON.

const [directory, log, hang = "", together = "1"] = process.argv.slice(2) as [string, string, string?, string?];
const width = 12;
const layers = 5;

const nodes = Array.from({ length: width * layers }, (_, index) => {
  const layer = Math.floor(index / width);
  const above = (offset: number) => `n${(layer - 1) * width + ((index + offset) % width)}`;
  return func(
    {
      inputs: layer === 0 ? ["seed"] : [above(0), above(5)],
      output: `n${index}`,
      cache: true,
      // `hang` is left out: it is no part of what the node makes.
      captures: { index, log: "" },
      version: "1",
    },
    async (values: Readonly<Record<string, unknown>>) => {
      appendFileSync(log, `n${index} ${process.pid}\n`);
      if (hang === `n${index}`) {
        console.log("holding");
        await new Promise((resolve) => setInterval(resolve, 2 ** 30));
      }
      // Others get a turn, so that processes meet.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      return Object.values(values).reduce((sum: number, value) => sum + Number(value), index);
    },
  );
});

/** Each that is ready adds a line. */
async function untilAllAreReady(): Promise<void> {
  const ready = `${log}.ready`;
  appendFileSync(ready, `${process.pid}\n`);
  while (readFileSync(ready, "utf8").split("\n").length <= Number(together)) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function main() {
  await untilAllAreReady();
  const backend = new DiskCache({ directory });
  const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false }, concurrency: 3 });
  const { outputs, report } = await runner.run(new Pipeline(nodes, { name: "counted" }), { inputs: { seed: 1 } });
  await backend.close();
  const elsewhere = report.nodes.filter(({ reason }) => reason === "computed elsewhere").length;
  const { warnings, totals } = report;
  console.log(JSON.stringify({ outputs, elsewhere, warnings, misses: totals.misses }));
}

void main();
