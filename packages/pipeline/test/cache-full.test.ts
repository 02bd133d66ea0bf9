import { MemoryCache } from "@larder/core";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { expect, test } from "vitest";

const large = func({ name: "large", inputs: [], output: "bytes", cache: true }, () => new Uint8Array(50_000).fill(7));
const small = func(
  { name: "small", inputs: ["bytes"], output: "sum", cache: true },
  ({ bytes }: { bytes: Uint8Array }) => bytes.reduce((sum, byte) => sum + byte, 0),
);

test("a result that a full cache refuses is not stored, with a warning, and the run goes on", async () => {
  const warnings: string[] = [];
  const runner = new Runner({
    cacheConfig: { enabled: true, backend: new MemoryCache({ sizeLimitBytes: 20_000 }), verbose: false },
  });
  const pipeline = new Pipeline([large, small], { name: "full" });
  for (const small of ["miss", "hit"]) {
    const { outputs, report } = await runner.run(pipeline, { outputs: ["sum"] });
    warnings.push(...report.warnings.map(({ message }) => message));
    expect(outputs.sum).toBe(350_000);
    expect(report.nodes.find((node) => node.node === "small")?.decision).toBe(small);
  }
  expect(warnings.some((message) => message.includes("no room"))).toBe(true);
});
