import { Runner } from "@larder/pipeline";
import { expect, test } from "vitest";
import { inputs, report } from "./flights.js";

async function planAfterOneRun() {
  const runner = new Runner({ cacheConfig: { enabled: true, verbose: false } });
  await runner.run(report, { inputs });
  return runner.plan(report, { inputs: { ...inputs, cap: 1 } });
}

test("the graph in Mermaid", async () => {
  await expect(report.toMermaid()).toMatchFileSnapshot("golden/report.mmd");
  const from = await planAfterOneRun();
  await expect(report.toMermaid({ from, direction: "TB", title: "What would run" })).toMatchFileSnapshot(
    "golden/report-planned.mmd",
  );
});

test("the graph in DOT", async () => {
  await expect(report.toDot()).toMatchFileSnapshot("golden/report.dot");
  const from = await planAfterOneRun();
  await expect(report.toDot({ from, direction: "TB", title: "What would run" })).toMatchFileSnapshot(
    "golden/report-planned.dot",
  );
});
