import { Pipeline } from "@larder/pipeline";
import { afterAll, expect, test, vi } from "vitest";
import { answer, double, runner, triple } from "./fixtures/runs-two-nodes.js";

// Where everything is started on the sources, and much else runs, a thread takes long to begin.
vi.setConfig({ testTimeout: 180_000 });

afterAll(() => runner.close());

const warnings = [
  { code: "worker-runs-pipeline", node: "double" },
  { code: "worker-runs-pipeline", node: "triple" },
];

test("both nodes of a module that waits for its own pipeline run in the main thread, each with a warning", () => {
  expect(answer.outputs).toEqual({ double: 4, triple: 6 });
  expect(answer.report.warnings).toHaveLength(2);
  expect(answer.report.warnings).toMatchObject(warnings);
});

test("a second run of the same runner asks the worker again, and is answered again", async () => {
  const { outputs, report } = await runner.run(new Pipeline([double, triple]), { inputs: { n: 5 } });
  expect(outputs).toEqual({ double: 10, triple: 15 });
  expect(report.warnings).toHaveLength(2);
  expect(report.warnings).toMatchObject(warnings);
});
